"""Reads the safetensors file that PythonRoundTripTests wrote and checks every value against torch's own.

The format in a few lines: 8 bytes of length, JSON, data."""
import json
import struct
import sys

import torch

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8:8 + length]), bytearray(content[8 + length:])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensor = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
        if end > begin:
            assert begin % tensor.element_size() == 0 and (8 + length) % 8 == 0, f"{name} is not aligned"
            tensor = torch.frombuffer(data, dtype=tensor.dtype, offset=begin, count=tensor.numel()).reshape(entry["shape"])
        tensors[name] = tensor
    return tensors, metadata


def expected():
    tensors = {}
    for name, dtype in DTYPES.items():
        values = (torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) - (0 if name == "U8" else 7)).to(dtype)
        tensors[name] = values
        tensors[f"{name}.transposed"] = values.transpose(0, 2)
        tensors[f"{name}.scalar"] = values[1, 1, 1]
        tensors[f"{name}.empty"] = values[:0]
    tensors['é "q" 漢'] = torch.tensor([1 / 3, float("inf"), -float("inf"), -0.0])
    return tensors


got, metadata = read(sys.argv[1])
wanted = expected()
assert metadata == {"format": "pt", 'é "q" 漢': "line\nbreak"}, metadata
assert set(got) == set(wanted), set(got) ^ set(wanted)
for name, tensor in wanted.items():
    assert got[name].dtype == tensor.dtype and got[name].shape == tensor.shape and torch.equal(got[name], tensor), name
print(len(got))
