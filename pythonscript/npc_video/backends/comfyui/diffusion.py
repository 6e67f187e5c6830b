"""Graphs for models of the Stable Diffusion family that make short clips."""

from dataclasses import dataclass, replace
from typing import ClassVar

from .building import Builder, Ref
from .values import Graph, Values

__all__ = ["AnimateDiffLightning", "Svd"]

_SVD_FRAMES = 25  # SVD XT was trained for these; longer clips fall apart


@dataclass(frozen=True, slots=True)
class Svd:
    """Stable Video Diffusion XT. It takes no text: emotions have no effect on its clips."""

    checkpoint: str = "svd_xt.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = False
    can_end_in_image: ClassVar[bool] = False

    def build(self, values: Values) -> Graph:
        seconds = values.frames / values.fps
        frames = min(values.frames, _SVD_FRAMES)
        fps = max(1, round(frames / seconds))
        values = replace(values.fitted(size_step=64, frame_step=1), frames=frames, fps=float(fps))
        make = Builder()
        loader = make.add("ImageOnlyCheckpointLoader", ckpt_name=self.checkpoint)
        conditioning = make.add(
            "SVD_img2vid_Conditioning",
            clip_vision=[loader, 1],
            init_image=make.ref("LoadImage", image=values.image),
            vae=[loader, 2],
            width=values.width,
            height=values.height,
            video_frames=frames,
            motion_bucket_id=127,
            fps=fps,
            augmentation_level=0.0,
        )
        model = make.with_loras([loader, 0], values.loras)
        samples = make.ref(
            "KSampler",
            model=make.ref("VideoLinearCFGGuidance", model=model, min_cfg=1.0),
            seed=values.seed,
            steps=values.steps,
            cfg=values.cfg,
            sampler_name=values.sampler,
            scheduler=values.scheduler,
            positive=[conditioning, 0],
            negative=[conditioning, 1],
            latent_image=[conditioning, 2],
            denoise=1.0,
        )
        return make.saved(samples, [loader, 2], values)


@dataclass(frozen=True, slots=True)
class AnimateDiffLightning:
    """AnimateDiff-Lightning, four steps, on a model of the Stable Diffusion 1.5 family.

    It needs the custom nodes of AnimateDiff-Evolved. With a picture of the NPC, its clips start
    near it.
    """

    checkpoint: str = "sd15.safetensors"
    motion_model: str = "animatediff_lightning_4step_comfyui.safetensors"

    needs_image: ClassVar[bool] = False
    uses_text: ClassVar[bool] = True
    can_end_in_image: ClassVar[bool] = False

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=8, frame_step=1)
        make = Builder()
        loader = make.add("CheckpointLoaderSimple", ckpt_name=self.checkpoint)
        model, clip, vae = [loader, 0], [loader, 1], [loader, 2]
        for lora in values.loras:
            name = make.add(
                "LoraLoader",
                model=model,
                clip=clip,
                lora_name=lora.name,
                strength_model=lora.weight,
                strength_clip=lora.weight,
            )
            model, clip = [name, 0], [name, 1]
        positive, negative = make.texts(clip, values)
        samples = make.ref(
            "KSampler",
            model=self._moving(make, model),
            seed=values.seed,
            steps=4,
            cfg=1.0,
            sampler_name="euler",
            scheduler="sgm_uniform",
            positive=positive,
            negative=negative,
            latent_image=self._latent(make, vae, values),
            denoise=0.75 if values.image else 1.0,
        )
        return make.saved(samples, vae, values)

    def _moving(self, make: Builder, model: Ref) -> Ref:
        motion = make.ref("ADE_LoadAnimateDiffModel", model_name=self.motion_model)
        return make.ref(
            "ADE_UseEvolvedSampling",
            model=model,
            beta_schedule="lcm avg(sqrt_linear,linear)",
            m_models=make.ref("ADE_ApplyAnimateDiffModelSimple", motion_model=motion),
            context_options=make.ref(
                "ADE_StandardStaticContextOptions", context_length=16, context_overlap=4
            ),
        )

    def _latent(self, make: Builder, vae: Ref, values: Values) -> Ref:
        if not values.image:
            return make.ref(
                "EmptyLatentImage",
                width=values.width,
                height=values.height,
                batch_size=values.frames,
            )
        picture = make.ref("LoadImage", image=values.image)
        sized = make.ref(
            "ImageScale",
            image=picture,
            upscale_method="lanczos",
            width=values.width,
            height=values.height,
            crop="center",
        )
        latent = make.ref("VAEEncode", pixels=sized, vae=vae)
        return make.ref("RepeatLatentBatch", samples=latent, amount=values.frames)
