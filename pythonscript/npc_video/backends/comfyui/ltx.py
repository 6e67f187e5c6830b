"""LTX-Video: the quickest models that follow a text; distilled to eight steps."""

from dataclasses import dataclass
from typing import ClassVar

from .building import Builder, Ref
from .values import Graph, Values

__all__ = ["Ltx25", "LtxVideo2b"]


@dataclass(frozen=True, slots=True)
class LtxVideo2b:
    """LTX-Video 2B, distilled: eight steps whose noise levels are fixed, without guidance."""

    checkpoint: str = "ltx-video-2b-v0.9.8-distilled.safetensors"
    text_encoder: str = "t5xxl_fp16.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = True
    _SIGMAS: ClassVar[str] = "1.0, 0.9937, 0.9875, 0.9812, 0.9750, 0.9094, 0.7250, 0.4219, 0.0"

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=32, frame_step=8)
        make = Builder()
        loader = make.add("CheckpointLoaderSimple", ckpt_name=self.checkpoint)
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="ltxv")
        positive, negative = make.texts(clip, values)
        picture = make.ref("LoadImage", image=values.image)
        start = make.add(
            "LTXVImgToVideo",
            positive=positive,
            negative=negative,
            vae=[loader, 2],
            image=make.ref("LTXVPreprocess", image=picture, img_compression=35),
            width=values.width,
            height=values.height,
            length=values.frames,
            batch_size=1,
            strength=1.0,
        )
        timed = make.add(
            "LTXVConditioning",
            positive=[start, 0],
            negative=[start, 1],
            frame_rate=values.fps,
        )
        samples = make.ref(
            "SamplerCustom",
            model=make.with_loras([loader, 0], values.loras),
            add_noise=True,
            noise_seed=values.seed,
            cfg=1.0,
            positive=[timed, 0],
            negative=[timed, 1],
            sampler=make.ref("KSamplerSelect", sampler_name="euler"),
            sigmas=make.ref("ManualSigmas", sigmas=self._SIGMAS),
            latent_image=[start, 2],
        )
        return make.saved(samples, [loader, 2], values)


@dataclass(frozen=True, slots=True)
class Ltx25:
    """LTX 2.5, distilled, one stage: eight steps without guidance. Its sound is left out."""

    model: str = "ltx-2.5-22b-distilled-transformer-comfy-int8-convrot.safetensors"
    text_encoder: str = "gemma4-12b-with-proj-ltx-2.5-comfy-int8-convrot.safetensors"
    vae: str = "ltx-2.5-video-vae-bf16.safetensors"
    audio_vae: str = "ltx-2.5-audio-vae-bf16.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = True
    _SIGMAS: ClassVar[str] = "1.0, 0.99375, 0.9875, 0.98125, 0.975, 0.909375, 0.725, 0.421875, 0.0"

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=32, frame_step=8)
        make = Builder()
        model = make.ref("UNETLoader", unet_name=self.model, weight_dtype="default")
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="ltxv")
        vae = make.ref("VAELoader", vae_name=self.vae)
        positive, negative = make.texts(clip, values)
        timed = make.add(
            "LTXVConditioning", positive=positive, negative=negative, frame_rate=values.fps
        )
        samples = make.add(
            "SamplerCustomAdvanced",
            noise=make.ref("RandomNoise", noise_seed=values.seed),
            guider=make.ref(
                "LTXVDualCFGGuider",
                model=make.with_loras(model, values.loras),
                positive=[timed, 0],
                negative=[timed, 1],
                video_cfg=1.0,
                audio_cfg=1.0,
            ),
            sampler=make.ref("KSamplerSelect", sampler_name="euler_ancestral"),
            sigmas=make.ref("ManualSigmas", sigmas=self._SIGMAS),
            latent_image=self._latent(make, vae, values),
        )
        video = make.ref("LTXVSeparateAVLatent", av_latent=[samples, 0])
        return make.saved(video, vae, values)

    def _latent(self, make: Builder, vae: Ref, values: Values) -> Ref:
        """The model makes sound and pictures in one."""
        picture = make.ref("LoadImage", image=values.image)
        video = make.ref(
            "LTXVImgToVideoInplace",
            vae=vae,
            image=make.ref("LTXVPreprocess", image=picture, img_compression=18),
            latent=make.ref(
                "EmptyLTXVLatentVideo",
                width=values.width,
                height=values.height,
                length=values.frames,
                batch_size=1,
            ),
            strength=1.0,
            bypass=False,
        )
        sound = make.ref(
            "LTXVEmptyLatentAudio",
            frames_number=values.frames,
            frame_rate=values.fps,
            batch_size=1,
            audio_vae=make.ref("VAELoader", vae_name=self.audio_vae),
        )
        return make.ref("LTXVConcatAVLatent", video_latent=video, audio_latent=sound)
