"""Writes files with torch.save into the folder given, and beside each NAME.pt its tensors, flattened, as NAME.safetensors."""
import argparse
import copy
import json
import os
import struct
import sys
from collections import OrderedDict

import torch

DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def flatten(value, path=()):
    if isinstance(value, torch.Tensor):
        yield ".".join(path), value.detach().contiguous()
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from flatten(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from flatten(item, (*path, str(index)))


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        raw = bytes(tensor.reshape(-1).view(torch.uint8).tolist()) if tensor.numel() else b""
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def official():
    """The structure of the official train.py, after two steps."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.SiLU(), torch.nn.Linear(7, 3))
    ema = copy.deepcopy(model)
    opt = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0)
    for _ in range(2):
        model(torch.randn(4, 5)).square().sum().backward()
        opt.step()
    args = argparse.Namespace(model="DiT-XL/2", image_size=256, num_classes=1000, global_seed=0, lr=1e-4, vae="ema", resume=None)
    return {"model": model.state_dict(), "ema": ema.state_dict(), "opt": opt.state_dict(), "args": args}


def dtypes():
    values = {str(dtype): (torch.arange(24, dtype=torch.float32) - 7).reshape(2, 3, 4).to(dtype) for dtype in DTYPES}
    values["scalar"], values["empty"] = torch.tensor(1 / 3, dtype=torch.bfloat16), torch.zeros(2, 0, 3, dtype=torch.float16)
    values["parameter"] = torch.nn.Parameter(torch.randn(4).half())
    values["special"] = torch.tensor([float("nan"), float("inf"), -0.0, 1e-40]).to(torch.bfloat16)
    return values


def views():
    base = torch.arange(60, dtype=torch.float32)
    half, rest = base.bfloat16().reshape(6, 10), base.half().reshape(3, 4, 5)
    return OrderedDict(
        base=base, tail=base[40:], step=base[3::7], matrix=base.view(6, 10).t(), expanded=base[:3].expand(4, 3), again=base,
        half=half[1:, ::3], rest=[rest.permute(2, 0, 1), {"x": (rest[1], rest[:, 1:3, ::2])}])


folder = sys.argv[1]
for name, value in [("official", official()), ("dtypes", dtypes()), ("views", views()), ("bare", torch.randn(3, 4)), ("empty", {})]:
    for variant, options in {
        "zip": {}, "zip4": {"pickle_protocol": 4}, "zip5": {"pickle_protocol": 5},
        "legacy": {"_use_new_zipfile_serialization": False}, "legacy4": {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
    }.items():
        path = os.path.join(folder, f"{name}.{variant}")
        torch.save(value, path + ".pt", **options)
        write_safetensors(path + ".safetensors", dict(flatten(value)))
