"""Graphs for Wan 2.2: clips from a picture and a prompt."""

from dataclasses import dataclass
from typing import ClassVar

from .building import Builder, Ref
from .values import Graph, Lora, Values

__all__ = ["Wan22", "Wan22Small"]


@dataclass(frozen=True, slots=True)
class Wan22:
    """Wan 2.2 14B, image to video, with the Lightning LoRAs: four steps, without guidance."""

    high_noise: str = "wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors"
    low_noise: str = "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors"
    high_lightning: str = "wan2.2_i2v_lightx2v_4steps_lora_v1_high_noise.safetensors"
    low_lightning: str = "wan2.2_i2v_lightx2v_4steps_lora_v1_low_noise.safetensors"
    text_encoder: str = "umt5_xxl_fp8_e4m3fn_scaled.safetensors"
    vae: str = "wan_2.1_vae.safetensors"

    needs_image: ClassVar[bool] = True
    uses_text: ClassVar[bool] = True
    can_end_in_image: ClassVar[bool] = True
    _STEPS: ClassVar[int] = 4

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=16, frame_step=4)
        make = Builder()
        high = self._model(make, self.high_noise, self.high_lightning, values)
        low = self._model(make, self.low_noise, self.low_lightning, values)
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="wan")
        positive, negative = make.texts(clip, values)
        vae = make.ref("VAELoader", vae_name=self.vae)
        picture = make.ref("LoadImage", image=values.image)
        ends = {"end_image": picture} if values.ends_in_image else {}
        start = make.add(
            "WanFirstLastFrameToVideo" if ends else "WanImageToVideo",
            positive=positive,
            negative=negative,
            vae=vae,
            start_image=picture,
            width=values.width,
            height=values.height,
            length=values.frames,
            batch_size=1,
            **ends,
        )
        half = self._STEPS // 2
        rough = self._sampled(make, high, start, [start, 2], values.seed, 0, half)
        fine = self._sampled(make, low, start, rough, 0, half, self._STEPS)
        return make.saved(fine, vae, values)

    def _model(self, make: Builder, name: str, lightning: str, values: Values) -> Ref:
        model = make.ref("UNETLoader", unet_name=name, weight_dtype="default")
        model = make.with_loras(model, (Lora(lightning), *values.loras))
        return make.ref("ModelSamplingSD3", model=model, shift=5.0)

    def _sampled(
        self, make: Builder, model: Ref, start: str, latent: Ref, seed: int, first: int, last: int
    ) -> Ref:
        is_first, is_last = first == 0, last == self._STEPS
        return make.ref(
            "KSamplerAdvanced",
            model=model,
            add_noise="enable" if is_first else "disable",
            noise_seed=seed,
            steps=self._STEPS,
            cfg=1.0,
            sampler_name="euler",
            scheduler="simple",
            positive=[start, 0],
            negative=[start, 1],
            latent_image=latent,
            start_at_step=first,
            end_at_step=last,
            return_with_leftover_noise="disable" if is_last else "enable",
        )


@dataclass(frozen=True, slots=True)
class Wan22Small:
    """Wan 2.2 5B, from a prompt with or without a picture to start from; not distilled."""

    model: str = "wan2.2_ti2v_5B_fp16.safetensors"
    text_encoder: str = "umt5_xxl_fp8_e4m3fn_scaled.safetensors"
    vae: str = "wan2.2_vae.safetensors"

    needs_image: ClassVar[bool] = False
    uses_text: ClassVar[bool] = True
    can_end_in_image: ClassVar[bool] = False

    def build(self, values: Values) -> Graph:
        values = values.fitted(size_step=32, frame_step=4)
        make = Builder()
        model = make.ref("UNETLoader", unet_name=self.model, weight_dtype="default")
        model = make.with_loras(model, values.loras)
        clip = make.ref("CLIPLoader", clip_name=self.text_encoder, type="wan")
        positive, negative = make.texts(clip, values)
        vae = make.ref("VAELoader", vae_name=self.vae)
        picture = {"start_image": make.ref("LoadImage", image=values.image)} if values.image else {}
        latent = make.ref(
            "Wan22ImageToVideoLatent",
            vae=vae,
            width=values.width,
            height=values.height,
            length=values.frames,
            batch_size=1,
            **picture,
        )
        samples = make.ref(
            "KSampler",
            model=make.ref("ModelSamplingSD3", model=model, shift=8.0),
            seed=values.seed,
            steps=values.steps,
            cfg=values.cfg,
            sampler_name=values.sampler,
            scheduler=values.scheduler,
            positive=positive,
            negative=negative,
            latent_image=latent,
            denoise=1.0,
        )
        return make.saved(samples, vae, values)
