"""Nodes for tests: conditioning without a text encoder, a slow node, and one that fails."""

import time

import comfy.model_management
import comfy.utils
import torch


class TestConditioning:
    RETURN_TYPES = ("CONDITIONING",)
    FUNCTION = "run"
    CATEGORY = "_test"

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 - ComfyUI's name
        return {
            "required": {
                "text": ("STRING", {"multiline": True, "default": ""}),
                "dim": ("INT", {"default": 4096, "min": 1, "max": 8192}),
            }
        }

    def run(self, text, dim):
        generator = torch.Generator().manual_seed(sum(text.encode()) + len(text))
        return ([[torch.randn(1, 16, dim, generator=generator), {}]],)


class TestSlow:
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "_test"

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 - ComfyUI's name
        return {
            "required": {
                "image": ("IMAGE",),
                "seconds": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 120.0}),
                "steps": ("INT", {"default": 10, "min": 1, "max": 1000}),
            }
        }

    def run(self, image, seconds, steps):
        progress = comfy.utils.ProgressBar(steps)
        for _ in range(steps):
            comfy.model_management.throw_exception_if_processing_interrupted()
            time.sleep(seconds / steps)
            progress.update(1)
        return (image,)


class TestFail:
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "_test"

    @classmethod
    def INPUT_TYPES(cls):  # noqa: N802 - ComfyUI's name
        return {
            "required": {
                "image": ("IMAGE",),
                "message": ("STRING", {"default": "boom"}),
                "oom": ("BOOLEAN", {"default": False}),
            }
        }

    def run(self, image, message, oom):
        if oom:
            raise comfy.model_management.OOM_EXCEPTION(message)
        raise RuntimeError(message)


NODE_CLASS_MAPPINGS = {
    "TestConditioning": TestConditioning,
    "TestSlow": TestSlow,
    "TestFail": TestFail,
}
