"""Runs a script of ComfyUI on a torch without CUDA: launch.py SCRIPT ARGUMENTS...

The wheels of torchvision and torchaudio may carry CUDA libraries that do not load here: this
declares torchvision's operators, which are never called, and hides torchaudio's extension.
"""

import importlib.util
import os
import runpy
import sys
from pathlib import Path

import torch

ROIS = "Tensor input, Tensor rois, float spatial_scale"
POOLED = "SymInt pooled_height, SymInt pooled_width"
SHAPE = "SymInt batch_size, SymInt channels, SymInt height, SymInt width"
GRADIENT = f"Tensor grad, Tensor rois, float spatial_scale, {POOLED}"
MAPPED = f"Tensor grad, Tensor rois, Tensor mapping, float spatial_scale, {POOLED}"
NUMBERS = (
    "stride_h",
    "stride_w",
    "pad_h",
    "pad_w",
    "dilation_h",
    "dilation_w",
    "groups",
    "offsets",
)
DEFORM = ", ".join(
    [
        *(f"Tensor {name}" for name in ("input", "weight", "offset", "mask", "bias")),
        *(f"SymInt {name}" for name in NUMBERS),
        "bool use_mask",
    ]
)
OPERATORS = [
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    f"roi_align({ROIS}, {POOLED}, int sampling_ratio, bool aligned) -> Tensor",
    f"qroi_align({ROIS}, {POOLED}, int sampling_ratio, bool aligned) -> Tensor",
    f"_roi_align_backward({GRADIENT}, {SHAPE}, int sampling_ratio, bool aligned) -> Tensor",
    f"ps_roi_align({ROIS}, {POOLED}, int sampling_ratio) -> (Tensor, Tensor)",
    f"_ps_roi_align_backward({MAPPED}, int sampling_ratio, {SHAPE}) -> Tensor",
    f"roi_pool({ROIS}, {POOLED}) -> (Tensor, Tensor)",
    f"_roi_pool_backward(Tensor argmax, {GRADIENT}, {SHAPE}) -> Tensor",
    f"ps_roi_pool({ROIS}, {POOLED}) -> (Tensor, Tensor)",
    f"_ps_roi_pool_backward({MAPPED}, {SHAPE}) -> Tensor",
    f"deform_conv2d({DEFORM}) -> Tensor",
    f"_deform_conv2d_backward(Tensor grad, {DEFORM}) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
]

library = torch.library.Library("torchvision", "DEF")
for operator in OPERATORS:
    library.define(operator)

find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: (
    None if name.startswith("torchaudio.lib") else find_spec(name, *rest)
)

script = Path(sys.argv[1]).resolve()
sys.argv = [str(script), *sys.argv[2:]]
sys.path.insert(0, str(script.parent))
if script.name == "main.py":
    os.chdir(script.parent)
runpy.run_path(str(script), run_name="__main__")
