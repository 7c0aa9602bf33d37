#!/usr/bin/env python3
"""The PyTorch side of the benchmark: a plain DiT (adaLN-Zero, the official layout) at PyTorch's best settings.

Reads commands from standard input and answers each with one line on standard output:

    prepare WORKLOAD PRECISION MODE [BATCH]   build the model; precision float32|bfloat16, mode train|sample   -> ready
    run N                             do N steps                                                       -> seconds, all N together
    peak                              the process's peak resident memory so far, or the GPU's           -> megabytes
    operator NAME N                   add: `a + b`, or detach: `a.detach()`, on 4 floats, N times      -> nanoseconds per call
    versions                                                                                           -> JSON

By hand:  echo 'prepare mnist float32 train
run 10
run 10' | dit_torch_peer.py --threads 2
Compare the peer's own alternatives:  dit_torch_peer.py --tune mnist train float32
"""
import argparse
import json
import math
import os
import sys
import time


def best_environment(threads):
    """The settings PyTorch is fastest with on CPUs; some of them must be set before a process starts."""
    environment = {
        "OMP_NUM_THREADS": str(threads),
        # glibc would give every large tensor back to the kernel and fault it in again at each step.
        "MALLOC_MMAP_THRESHOLD_": str(8 << 30),
        "MALLOC_TRIM_THRESHOLD_": str(16 << 30),
        "MALLOC_TOP_PAD_": str(256 << 20),
    }
    with open("/proc/cpuinfo") as file:
        avx512 = " avx512bw " in file.read()
    # OpenBLAS 0.3.21 does not know the newest processors and an environment may hold it to AVX2.
    if avx512:
        environment["OPENBLAS_CORETYPE"] = "SkylakeX"
    return environment


arguments = argparse.ArgumentParser()
arguments.add_argument("--threads", type=int, default=os.cpu_count())
arguments.add_argument("--as-is", action="store_true", help="keep the environment as it is")
arguments.add_argument("--device", default="cpu", help="cpu or cuda")
arguments.add_argument("--compile", choices=["default", "reduce-overhead"], help="torch.compile the model, by mode (2.x)")
arguments.add_argument("--tune", nargs=3, metavar=("WORKLOAD", "MODE", "PRECISION"), help="time the alternatives and exit")
options = arguments.parse_args()

if not options.as_is:
    wanted = best_environment(options.threads)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(options.threads)
ON_GPU = options.device != "cpu"
if ON_GPU:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True

WORKLOADS = {
    "mnist": dict(size=28, channels=1, patch=4, width=128, depth=4, heads=4, classes=10, batch=64),
    "dit-s2": dict(size=32, channels=4, patch=2, width=384, depth=12, heads=6, classes=1000, batch=8),
    "dit-xl2": dict(size=32, channels=4, patch=2, width=1152, depth=28, heads=16, classes=1000, batch=128),
    "panda": dict(size=256, channels=3, patch=4, width=64, depth=3, heads=6, head_width=64, classes=10, batch=1),
}


# ---------------------------------------------------------------------------------------------------------- the model

def plain_attention(q, k, v):                                  # each [B, H, T, d]
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)   # [B, H, T, T]
    return scores.softmax(-1) @ v                              # [B, H, T, d]


def scaled_attention(q, k, v):
    b, h, t, d = q.shape
    q, k, v = (z.reshape(b * h, t, d) for z in (q, k, v))
    scores = torch.baddbmm(q.new_empty(b * h, t, t), q, k.transpose(1, 2), beta=0, alpha=d ** -0.5)
    return (scores.softmax(-1) @ v).view(b, h, t, d)


def library_attention(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return torch._C._nn._scaled_dot_product_attention(q, k, v)[0]


ATTENTION = {"plain": plain_attention, "scaled": scaled_attention, "library": library_attention}


def modulate(x, shift, scale):
    return x * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1)


class Block(nn.Module):
    def __init__(self, width, heads, head_width, attention):
        super().__init__()
        inner = heads * head_width
        self.heads, self.attention = heads, ATTENTION[attention]
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.qkv, self.proj = nn.Linear(width, 3 * inner), nn.Linear(inner, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.modulation = nn.Linear(width, 6 * width)

    def attend(self, x):                                                                   # [B, T, D]
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)   # each [B, H, T, d]
        return self.proj(self.attention(q, k, v).transpose(1, 2).reshape(b, t, -1))

    def forward(self, x, c):                                                               # [B, T, D], [B, D]
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.modulation(c).chunk(6, dim=1)
        x = x + gate_a.unsqueeze(1) * self.attend(modulate(self.norm(x), shift_a, scale_a))
        hidden = self.fc1(modulate(self.norm(x), shift_m, scale_m))
        return x + gate_m.unsqueeze(1) * self.fc2(F.gelu(hidden, approximate="tanh"))


class DiT(nn.Module):
    def __init__(self, size, channels, patch, width, depth, heads, classes, batch, attention, head_width=None, dropout=0.1):
        super().__init__()
        self.patch, self.classes, self.dropout, self.channels = patch, classes, dropout, channels
        self.embed = nn.Conv2d(channels, width, patch, stride=patch)
        self.register_buffer("positions", self.position_table(width, size // patch))
        self.time = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.label = nn.Embedding(classes + 1, width)
        self.blocks = nn.ModuleList(Block(width, heads, head_width or width // heads, attention) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.modulation, self.out = nn.Linear(width, 2 * width), nn.Linear(width, patch * patch * channels)

    @staticmethod
    def position_table(width, grid):                                                       # [1, T, D]
        omega = 10000.0 ** (-torch.arange(width // 4, dtype=torch.float64) / (width / 4))
        angles = torch.arange(grid, dtype=torch.float64)[:, None] * omega                  # [G, D/4]
        axis = torch.cat([angles.sin(), angles.cos()], 1)                                  # [G, D/2]
        column, row = axis.repeat(grid, 1), axis.repeat_interleave(grid, 0)                # [T, D/2] each
        return torch.cat([column, row], 1).float()[None]

    def forward(self, x, t, y):                                                            # [B, C, H, W], [B], [B]
        frequencies = torch.exp(-math.log(10000) / 128 * torch.arange(128, device=t.device))
        angles = t[:, None] * frequencies                                                  # [B, 128]
        if self.training:
            y = torch.where(torch.rand(y.shape, device=y.device) < self.dropout, self.classes, y)
        c = F.silu(self.time(torch.cat([angles.cos(), angles.sin()], 1)) + self.label(y))  # [B, D]
        x = self.embed(x).flatten(2).transpose(1, 2) + self.positions                      # [B, T, D]
        for block in self.blocks:
            x = block(x, c)
        shift, scale = self.modulation(c).chunk(2, dim=1)
        x = self.out(modulate(self.norm(x), shift, scale))                                 # [B, T, p*p*C]
        b, p, g = x.shape[0], self.patch, math.isqrt(x.shape[1])
        return x.view(b, g, g, p, p, self.channels).permute(0, 5, 1, 3, 2, 4).reshape(b, self.channels, g * p, g * p)


# -------------------------------------------------------------------------------------------- the two timed procedures

class Training:
    """One step: noising, forward, mean squared error, backward, clipping to norm 1, AdamW, EMA of the weights."""

    def __init__(self, model, images, labels, bf16, foreach=True):
        self.model, self.images, self.labels, self.bf16 = compiled(model.train()), images, labels, bf16
        self.parameters = list(model.parameters())
        self.ema = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-4, weight_decay=0.0,
                                           **({"fused": True} if ON_GPU else {"foreach": foreach}))

    def run(self, steps):
        for _ in range(steps):
            noise = torch.randn_like(self.images)
            t = torch.randn(len(self.images), device=self.images.device).sigmoid()         # logit-normal, [B]
            level = t.view(-1, 1, 1, 1)
            noisy = (1 - level) * self.images + level * noise
            with torch.autocast(self.images.device.type, torch.bfloat16, enabled=self.bf16):
                velocity = self.model(noisy, t * 1000, self.labels)
            loss = F.mse_loss(velocity.float(), noise - self.images)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.parameters, 1.0)
            self.optimizer.step()
            with torch.no_grad():
                torch._foreach_mul_(self.ema, 0.9999)
                torch._foreach_add_(self.ema, [p.detach() for p in self.parameters], alpha=1e-4)
        return loss.item()


class Sampling:
    """One guided Euler step: the conditional and the unconditional pass, the guided velocity, the update."""

    def __init__(self, model, images, labels, bf16, doubled=True):
        self.model, self.images, self.labels, self.bf16, self.doubled = compiled(model.eval()), images, labels, bf16, doubled
        self.noise = torch.randn_like(images)
        self.null = torch.full_like(labels, model.classes)

    def guided(self, x, t):
        times = torch.full((len(x),), t * 1000, device=x.device)
        if self.doubled:
            both = self.model(x.repeat(2, 1, 1, 1), times.repeat(2), torch.cat([self.labels, self.null])).float()
            conditional, unconditional = both.chunk(2)
        else:
            conditional = self.model(x, times, self.labels).float()
            unconditional = self.model(x, times, self.null).float()
        return unconditional + 4.0 * (conditional - unconditional)

    @torch.inference_mode()
    def run(self, steps):
        x = self.noise
        with torch.autocast(self.images.device.type, torch.bfloat16, enabled=self.bf16):    # weights are cast once a run
            for i in range(steps):
                x = x - self.guided(x, 1 - i / steps) / steps
        return x.abs().mean().item()


# The fastest of PyTorch's alternatives, by `--tune`.
BEST = {"attention": "library", "foreach": True, "doubled": True}


def compiled(model):
    return torch.compile(model, mode=options.compile) if options.compile else model


def prepare(workload, precision, mode, batch=None, attention=None, foreach=None, doubled=None):
    shape = WORKLOADS[workload]
    batch = int(batch or shape["batch"])
    torch.manual_seed(0)
    model = DiT(**shape, attention=attention or BEST["attention"]).to(options.device)
    images = torch.randn(batch, shape["channels"], shape["size"], shape["size"], device=options.device)
    labels = torch.arange(batch, device=options.device) % shape["classes"]
    bf16 = precision == "bfloat16"
    if mode == "train":
        return Training(model, images, labels, bf16, BEST["foreach"] if foreach is None else foreach)
    return Sampling(model, images, labels, bf16, BEST["doubled"] if doubled is None else doubled)


def seconds(job, steps):
    start = time.perf_counter()
    result = job.run(steps)
    elapsed = time.perf_counter() - start
    if not math.isfinite(result):
        raise ArithmeticError("the benchmark computed " + str(result))
    return elapsed


def peak_megabytes():
    if ON_GPU:
        return torch.cuda.max_memory_allocated() / 1e6
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def operator_nanoseconds(name, calls):
    a, b = torch.ones(4), torch.ones(4)
    start = time.perf_counter_ns()
    if name == "add":
        for _ in range(calls):
            a + b
    else:
        for _ in range(calls):
            a.detach()
    return (time.perf_counter_ns() - start) / calls


def tune(workload, mode, precision):
    choices = [dict(attention=a) for a in ATTENTION]
    choices += [dict(foreach=False)] if mode == "train" else [dict(doubled=False)]
    jobs = [(choice, prepare(workload, precision, mode, **choice), []) for choice in choices]
    batch = WORKLOADS[workload]["batch"]
    for round_number in range(8):
        for choice, job, times in jobs:
            elapsed = seconds(job, 2)
            if round_number:
                times.append(elapsed / 2)
    for choice, _, times in jobs:
        median = sorted(times)[len(times) // 2]
        print(f"{workload} {precision} {mode} {choice}: {batch / median:.2f} images/s, at best {batch / min(times):.2f}")


def serve():
    job = None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "prepare":
            job, answer = prepare(*words), "ready"
        elif command == "run":
            answer = repr(seconds(job, int(words[0])))
        elif command == "peak":
            answer = repr(peak_megabytes())
        elif command == "operator":
            answer = repr(operator_nanoseconds(words[0], int(words[1])))
        elif command == "versions":
            answer = json.dumps({"python": sys.version.split()[0], "torch": torch.__version__,
                                 "environment": {} if options.as_is else best_environment(options.threads)})
        else:
            answer = "error: unknown command " + command
        print(answer, flush=True)


if options.tune:
    tune(*options.tune)
else:
    serve()
