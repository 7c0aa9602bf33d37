"""What the checks of the operators share: the library and the device of the command line, tolerances, and what failed."""

import pathlib
import sys

import torch

root = pathlib.Path(__file__).resolve().parents[2]
torch.ops.load_library(sys.argv[1] if len(sys.argv) > 1 else str(root / "artifacts/native/lib/libdit_torch.so"))
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
if device != "cpu":
    torch.set_default_device(device)
quick = "quick" in sys.argv    # small cases only, and no finite differences: under a sanitizer everything takes its time
ops = torch.ops.dit
TYPES = {torch.float32: 4e-6, torch.bfloat16: 2e-2}     # of elements, and what an operator may be off, of its largest value
failures = 0
worst = {}


def report(name, got, want, tolerance):
    global failures
    scale = max(1.0, want.abs().max().item()) if want.numel() else 1.0
    error = (got.double() - want.double()).abs().max().item() / scale if want.numel() else 0.0
    key = name.split(" ")[0] + (" bf16" if "bfloat16" in name else "")
    if "sharp" not in name:
        worst[key] = max(worst.get(key, 0.0), error)
    if not error <= tolerance or got.shape != want.shape:
        failures += 1
        print(f"FAILED {name}: error {error:.3g}, tolerance {tolerance:.3g}")
