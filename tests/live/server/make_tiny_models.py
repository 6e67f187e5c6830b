"""Writes models of random numbers that ComfyUI's own loaders accept: make_tiny_models.py COMFY BASE

A Wan 2.2 image-to-video model of one layer, a small VAE, and a LoRA for the model.
"""

import sys
from pathlib import Path

folder, base = Path(sys.argv[1]), Path(sys.argv[2])
sys.argv = [sys.argv[0], "--cpu"]
sys.path.insert(0, str(folder))

import comfy.options  # noqa: E402

comfy.options.enable_args_parsing()

import comfy.ops  # noqa: E402
import torch  # noqa: E402
from comfy.ldm.wan.model import WanModel  # noqa: E402
from comfy.taesd.taehv import TAEHV  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

torch.manual_seed(0)
models = base / "models"

model = WanModel(
    model_type="t2v",
    in_dim=36,
    dim=128,
    ffn_dim=256,
    out_dim=16,
    num_heads=1,
    num_layers=1,
    operations=comfy.ops.disable_weight_init,
    dtype=torch.float32,
)
for weights in model.parameters():
    torch.nn.init.normal_(weights, std=0.02)
state = {name: weights.half().contiguous() for name, weights in model.state_dict().items()}
save_file(state, models / "diffusion_models" / "tiny_wan_i2v.safetensors")

vae = TAEHV(latent_channels=16)
for weights in vae.parameters():
    if weights.ndim == 1:
        torch.nn.init.zeros_(weights)
    else:
        torch.nn.init.kaiming_normal_(weights)
state = {name: weights.bfloat16().contiguous() for name, weights in vae.state_dict().items()}
save_file(state, models / "vae" / "tiny_taehv.safetensors")

layer = "diffusion_model.blocks.0.self_attn.q"
state = {
    f"{layer}.lora_A.weight": torch.randn(4, 128).half() * 0.1,
    f"{layer}.lora_B.weight": torch.randn(128, 4).half() * 0.1,
}
save_file(state, models / "loras" / "tiny_wan_lora.safetensors")
