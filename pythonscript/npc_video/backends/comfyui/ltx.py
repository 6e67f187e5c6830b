"""Graphs for LTX-Video: the fastest models that follow a prompt, distilled to eight steps."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from .building import Builder, Ref
from .values import Graph, Values

__all__ = ["Ltx25", "LtxVideo2b"]

_FIRST, _LAST = 0, -1  # frames, in the numbering of LTXVAddGuide


@dataclass(frozen=True, slots=True)
class LtxVideo2b:
    """LTX-Video 2B, distilled: eight steps with fixed noise levels, without guidance."""

    checkpoint: str = "ltxv-2b-0.9.8-distilled.safetensors"
    text_encoder: str = "t5xxl_fp16.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = True
    can_end_in_image: ClassVar[bool] = True
    _SIGMAS: ClassVar[str] = "1.0, 0.9937, 0.9875, 0.9812, 0.9750, 0.9094, 0.7250, 0.4219, 0.0"

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=32, frame_step=8)
        make = Builder()
        loader = make.add("CheckpointLoaderSimple", ckpt_name=self.checkpoint)
        vae: Ref = [loader, 2]
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="ltxv")
        positive, negative = make.texts(clip, values)
        image = _image(make, values, compression=35)
        if values.ends_in_image:
            timed = _timed(make, positive, negative, values)
            start = _with_ends(make, _Start(*timed, _empty(make, values)), vae, image, 1.0)
        else:
            begun = make.add(
                "LTXVImgToVideo",
                positive=positive,
                negative=negative,
                vae=vae,
                image=image,
                width=values.width,
                height=values.height,
                length=values.frames,
                batch_size=1,
                strength=1.0,
            )
            start = _Start(*_timed(make, [begun, 0], [begun, 1], values), [begun, 2])
        samples = make.ref(
            "SamplerCustom",
            model=make.with_loras([loader, 0], values.loras),
            add_noise=True,
            noise_seed=values.seed,
            cfg=1.0,
            positive=start.positive,
            negative=start.negative,
            sampler=make.ref("KSamplerSelect", sampler_name="euler"),
            sigmas=make.ref("ManualSigmas", sigmas=self._SIGMAS),
            latent_image=start.latent,
        )
        if values.ends_in_image:
            samples = _without_ends(make, start, samples)
        return make.saved(samples, vae, values)


@dataclass(frozen=True, slots=True)
class Ltx25:
    """LTX 2.5, distilled, one stage: eight steps without guidance. Its sound is discarded."""

    model: str = "ltx-2.5-22b-distilled-transformer-comfy-int8-convrot.safetensors"
    text_encoder: str = "gemma4-12b-with-proj-ltx-2.5-comfy-int8-convrot.safetensors"
    vae: str = "ltx-2.5-video-vae-bf16.safetensors"
    audio_vae: str = "ltx-2.5-audio-vae-bf16.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = True
    can_end_in_image: ClassVar[bool] = True
    _SIGMAS: ClassVar[str] = "1.0, 0.99375, 0.9875, 0.98125, 0.975, 0.909375, 0.725, 0.421875, 0.0"
    _OF_ENDS: ClassVar[float] = 0.7  # strength, as in ComfyUI's own template

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=32, frame_step=8)
        make = Builder()
        model = make.ref("UNETLoader", unet_name=self.model, weight_dtype="default")
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="ltxv")
        vae = make.ref("VAELoader", vae_name=self.vae)
        positive, negative = make.texts(clip, values)
        positive, negative = _timed(make, positive, negative, values)
        start: _Start | None = None
        if values.ends_in_image:
            image, empty = _image(make, values, compression=18), _empty(make, values)
            start = _Start(positive, negative, empty)
            start = _with_ends(make, start, vae, image, self._OF_ENDS)
            positive, negative = start.positive, start.negative
        samples = make.add(
            "SamplerCustomAdvanced",
            noise=make.ref("RandomNoise", noise_seed=values.seed),
            guider=make.ref(
                "LTXVDualCFGGuider",
                model=make.with_loras(model, values.loras),
                positive=positive,
                negative=negative,
                video_cfg=1.0,
                audio_cfg=1.0,
            ),
            sampler=make.ref("KSamplerSelect", sampler_name="euler_ancestral"),
            sigmas=make.ref("ManualSigmas", sigmas=self._SIGMAS),
            latent_image=self._with_sound(
                make, start.latent if start else self._begun(make, vae, values), values
            ),
        )
        video = make.ref("LTXVSeparateAVLatent", av_latent=[samples, 0])
        if start:
            video = _without_ends(make, start, video)
        return make.saved(video, vae, values)

    def _begun(self, make: Builder, vae: Ref, values: Values) -> Ref:
        return make.ref(
            "LTXVImgToVideoInplace",
            vae=vae,
            image=_image(make, values, compression=18),
            latent=_empty(make, values),
            strength=1.0,
            bypass=False,
        )

    def _with_sound(self, make: Builder, video: Ref, values: Values) -> Ref:
        """Adds sound to the latent, because the model samples both together."""
        sound = make.ref(
            "LTXVEmptyLatentAudio",
            frames_number=values.frames,
            frame_rate=values.fps,
            batch_size=1,
            audio_vae=make.ref("VAELoader", vae_name=self.audio_vae),
        )
        return make.ref("LTXVConcatAVLatent", video_latent=video, audio_latent=sound)


class _Start(NamedTuple):
    """The inputs of the sampler."""

    positive: Ref
    negative: Ref
    latent: Ref


def _image(make: Builder, values: Values, *, compression: int) -> Ref:
    picture = make.ref("LoadImage", image=values.image)
    return make.ref("LTXVPreprocess", image=picture, img_compression=compression)


def _empty(make: Builder, values: Values) -> Ref:
    return make.ref(
        "EmptyLTXVLatentVideo",
        width=values.width,
        height=values.height,
        length=values.frames,
        batch_size=1,
    )


def _timed(make: Builder, positive: Ref, negative: Ref, values: Values) -> tuple[Ref, Ref]:
    node = make.add("LTXVConditioning", positive=positive, negative=negative, frame_rate=values.fps)
    return [node, 0], [node, 1]


def _with_ends(make: Builder, start: _Start, vae: Ref, image: Ref, strength: float) -> _Start:
    """Adds the picture at both ends; the samples then have two extra frames.

    Args:
        strength: how closely the ends must match the picture, 0 to 1.
    """
    for frame in (_FIRST, _LAST):
        node = make.add(
            "LTXVAddGuide",
            positive=start.positive,
            negative=start.negative,
            vae=vae,
            latent=start.latent,
            image=image,
            frame_idx=frame,
            strength=strength,
        )
        start = _Start([node, 0], [node, 1], [node, 2])
    return start


def _without_ends(make: Builder, start: _Start, samples: Ref) -> Ref:
    """Removes the extra frames of `_with_ends` from the samples."""
    node = make.add(
        "LTXVCropGuides", positive=start.positive, negative=start.negative, latent=samples
    )
    return [node, 2]
