"""How newer servers describe nodes, written after their sources (0.33), and one node of others."""

from .recorded import nodes

SAME = ["COMFY_MATCHTYPE_V3", {"template": {"template_id": "switch", "allowed_types": "*"}}]
CRF = {
    "required": {
        "encoding": [
            "COMFY_DYNAMICCOMBO_V3",
            {
                "options": [
                    {"key": "auto", "inputs": {"required": {}}},
                    {
                        "key": "re-encode",
                        "inputs": {"required": {"crf": ["FLOAT", {"min": 0, "max": 51}]}},
                    },
                ]
            },
        ]
    }
}
CODEC = [
    "COMFY_DYNAMICCOMBO_V3",
    {"options": [{"key": "auto", "inputs": {"required": {}}}, {"key": "h264", "inputs": CRF}]},
]
NEWER = {
    "ComfySwitchNode": {
        "input": {
            "required": {"switch": ["BOOLEAN", {}], "on_false": SAME, "on_true": SAME},
        },
        "output": ["COMFY_MATCHTYPE_V3"],
        "python_module": "comfy_extras.nodes_logic",
    },
    "ComfyMathExpression": {
        "input": {
            "required": {
                "expression": ["STRING", {}],
                "values": [
                    "COMFY_AUTOGROW_V3",
                    {
                        "template": {
                            "input": {"required": {"value": ["FLOAT,INT,BOOLEAN", {}]}},
                            "names": ["a", "b", "c"],
                            "min": 1,
                        }
                    },
                ],
            }
        },
        "output": ["FLOAT", "INT", "BOOLEAN"],
        "python_module": "comfy_extras.nodes_math",
    },
    "PrimitiveInt": {
        "input": {"required": {"value": ["INT", {"min": -(2**63), "max": 2**63 - 1}]}},
        "output": ["INT"],
        "python_module": "comfy_extras.nodes_primitive",
    },
    "BatchImagesNode": {
        "input": {
            "required": {
                "images": [
                    "COMFY_AUTOGROW_V3",
                    {
                        "template": {
                            "input": {"required": {"image": ["IMAGE", {}]}},
                            "prefix": "image",
                            "min": 2,
                            "max": 50,
                        }
                    },
                ]
            }
        },
        "output": ["IMAGE"],
        "python_module": "comfy_extras.nodes_post_processing",
    },
    "SaveVideo": {
        "input": {
            "required": {
                "video": ["VIDEO", {}],
                "filename_prefix": ["STRING", {}],
                "format": [
                    "COMFY_DYNAMICCOMBO_V3",
                    {
                        "options": [
                            {"key": "auto", "inputs": {"required": {"codec": CODEC}}},
                            {"key": "mp4", "inputs": {"required": {"codec": CODEC}}},
                        ]
                    },
                ],
            },
            "optional": {"codec": CODEC},
        },
        "output": ["VIDEO"],
        "output_node": True,
        "python_module": "comfy_extras.nodes_video",
    },
    "VHS_VideoCombine": {
        "input": {
            "required": {
                "images": ["IMAGE", {}],
                "frame_rate": ["FLOAT", {"min": 1}],
                "format": [["image/gif", "image/webp", "video/h264-mp4", "video/ProRes"], {}],
            }
        },
        "output": ["VHS_FILENAMES"],
        "output_node": True,
        "python_module": "custom_nodes.ComfyUI-VideoHelperSuite",
    },
}


def newer():
    """All nodes that a newer server describes, as far as tests use them."""
    return nodes() | NEWER
