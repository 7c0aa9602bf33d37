#!/usr/bin/python3
"""The PyTorch side of the loading benchmark. Reads commands from standard input and answers each with one line on standard output:

    write PT SAFETENSORS   write weights of the size of DiT-XL/2, the same ones to either file   -> ready
    load PT                torch.load                                                            -> seconds
"""
import argparse
import ctypes
import json
import struct
import sys
import time

import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("--threads", type=int, default=1)
torch.set_num_threads(arguments.parse_args().threads)


def shapes(width=1152, depth=28, classes=1000, patch=2, channels=4, tokens=256):
    yield "pos_embed", [1, tokens, width]
    yield "x_embedder.proj.weight", [width, channels, patch, patch]
    yield "x_embedder.proj.bias", [width]
    yield "y_embedder.embedding_table.weight", [classes + 1, width]
    linears = {"t_embedder.mlp.0": (width, 256), "t_embedder.mlp.2": (width, width)}
    for i in range(depth):
        linears |= {
            f"blocks.{i}.attn.qkv": (3 * width, width), f"blocks.{i}.attn.proj": (width, width),
            f"blocks.{i}.mlp.fc1": (4 * width, width), f"blocks.{i}.mlp.fc2": (width, 4 * width),
            f"blocks.{i}.adaLN_modulation.1": (6 * width, width),
        }
    linears |= {"final_layer.linear": (2 * channels * patch * patch, width), "final_layer.adaLN_modulation.1": (2 * width, width)}
    for name, (rows, columns) in linears.items():
        yield f"{name}.weight", [rows, columns]
        yield f"{name}.bias", [rows]


def write(pt, safetensors):
    tensors = {name: torch.rand(shape) for name, shape in shapes()}
    torch.save(tensors, pt)
    header, offset = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset := offset + 4 * tensor.numel()]}
    text = json.dumps(header).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(safetensors, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write((ctypes.c_char * (4 * tensor.numel())).from_address(tensor.data_ptr()))


def load(path):
    start = time.perf_counter()
    tensors = torch.load(path, map_location="cpu")
    seconds = time.perf_counter() - start
    return seconds if tensors else None


for line in sys.stdin:
    command, *words = line.split()
    if command == "write":
        write(*words)
        print("ready", flush=True)
    elif command == "load":
        print(load(*words), flush=True)
    else:
        print(f"error: unknown command {command}", flush=True)
