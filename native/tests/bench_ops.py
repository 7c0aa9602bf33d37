"""Times every operator of libdit_torch beside PyTorch's composition of the same formula.

    python3 native/tests/bench_ops.py [--library path/to/libdit_torch.so] [--threads N] [WORD...]

Only operators whose names contain one of the words are timed. A line gives the microseconds of a call (the fastest of
many, ours and PyTorch's in turns), their ratio and, for products, our share of the fastest product seen in this run.
"""

import argparse
import os
import pathlib
import sys
import time

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("words", nargs="*")
options.add_argument("--library", default=str(pathlib.Path(__file__).resolve().parents[2] / "artifacts/native/lib/libdit_torch.so"))
options.add_argument("--threads", type=int, default=os.cpu_count())
options.add_argument("--seconds", type=float, default=0.3, help="of each operator, on either side")
options = options.parse_args()

# What has to be set before the process starts: as benchmarks/peers/dit_torch_peer.py.
if os.environ.get("OMP_NUM_THREADS") != str(options.threads):
    best = {"OMP_NUM_THREADS": str(options.threads), "MALLOC_MMAP_THRESHOLD_": str(8 << 30), "MALLOC_TRIM_THRESHOLD_": str(16 << 30),
            "MALLOC_TOP_PAD_": str(256 << 20)}
    if " avx512bw " in pathlib.Path("/proc/cpuinfo").read_text():
        best["OPENBLAS_CORETYPE"] = "SkylakeX"
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **best})

import torch
import torch.nn.functional as F

torch.set_num_threads(options.threads)
torch.ops.load_library(options.library)
ops = torch.ops.dit
SHAPES = {"mnist": (64, 49, 128, 4, 32), "dit-s2": (8, 256, 384, 6, 64), "panda": (1, 4096, 64, 6, 64)}   # B, T, D, heads, width
ceilings = {}


def attention(qkv, heads):                                                                 # [B, T, 3 D]
    b, t, w = qkv.shape
    q, k, v = qkv.view(b, t, 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0)                # each [B, H, T, d]
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, w // 3)


def layer_norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def rms_norm(x):
    return x * (x.square().mean(-1, keepdim=True) + 1e-6).rsqrt()


def swiglu(x):
    a, b = x.chunk(2, -1)
    return F.silu(a) * b


ACTIVATIONS = {"gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "gelu_erf": F.gelu, "silu": F.silu}


def fastest(calls):
    """The least seconds of each call, taken in turns."""
    best, start = [float("inf")] * len(calls), time.perf_counter()
    for call in calls:
        call()
    while best[0] == float("inf") or time.perf_counter() - start < options.seconds * len(calls):
        for i, call in enumerate(calls):
            before = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - before)
    return best


def report(name, ours, theirs, dtype, flops=0):
    if options.words and not any(word in name for word in options.words):
        return
    mine, peer = fastest([ours, theirs])
    share = f"{flops / mine / ceilings[dtype]:6.0%}" if flops else ""
    print(f"{name:44} {mine * 1e6:10.0f} us   PyTorch {peer * 1e6:10.0f} us   ratio {peer / mine:5.2f}  {share}", flush=True)


def both_ways(name, ours, theirs, inputs, dtype, flops=0):
    """Forward without a graph, then backward alone."""
    with torch.no_grad():
        report(name, lambda: ours(*inputs), lambda: theirs(*inputs), dtype, flops)
    leaves = [t.detach().clone().requires_grad_() for t in inputs]
    graphs = [ours(*leaves), theirs(*leaves)]
    direction = torch.randn_like(graphs[0])
    backward = [lambda g=g: torch.autograd.grad(g, leaves, direction, retain_graph=True) for g in graphs]
    report(name + " backward", *backward, dtype, 2 * flops)


def layers(shape, dtype):
    b, t, d, heads, width = SHAPES[shape]
    draw = lambda *size: torch.randn(*size).to(dtype)
    tag = f"{shape} {str(dtype)[6:]}"
    for part, inputs, outputs in (("qkv", d, 3 * heads * width), ("proj", heads * width, d), ("fc1", d, 4 * d), ("fc2", 4 * d, d)):
        both_ways(f"linear {part} {tag}", ops.linear, F.linear, [draw(b, t, inputs), draw(outputs, inputs), draw(outputs)], dtype,
                  2 * b * t * inputs * outputs)
    both_ways(f"attention {tag}", lambda x: ops.attention(x, heads), lambda x: attention(x, heads), [draw(b, t, 3 * heads * width)], dtype,
              4 * b * heads * t * t * width)
    for name, activation in ACTIVATIONS.items():
        both_ways(f"{name} {tag}", getattr(ops, name), activation, [draw(b, t, 4 * d)], dtype)
    both_ways(f"swiglu {tag}", ops.swiglu, swiglu, [draw(b, t, 8 * d)], dtype)
    for name, activation in (*ACTIVATIONS.items(), ("relu", F.relu)):
        both_ways(f"mlp {name} {tag}", lambda *x: ops.mlp(*x, name), lambda x, w1, b1, w2, b2: F.linear(activation(F.linear(x, w1, b1)), w2, b2),
                  [draw(b, t, d), draw(4 * d, d), draw(4 * d), draw(d, 4 * d), draw(d)], dtype, 16 * b * t * d * d)
    for name, norm, centered in (("modulated_norm", layer_norm, True), ("modulated_rms_norm", rms_norm, False)):
        both_ways(f"{name} {tag}", lambda *x: ops.modulated_norm(*x, 1e-6, centered),
                  lambda x, shift, scale: norm(x) * (1 + scale.unsqueeze(1)) + shift.unsqueeze(1), [draw(b, t, d), draw(b, d), draw(b, d)], dtype)
    both_ways(f"gated_residual {tag}", ops.gated_residual, lambda x, g, y: x + g.unsqueeze(1) * y, [draw(b, t, d), draw(b, d), draw(b, t, d)], dtype)


def optimizer():
    params = [torch.randn(1152, 384) for _ in range(75)]                                   # 33 million, as DiT-S/2
    grads, mean, square, shadow, peer_shadow = ([torch.rand_like(p) for p in params] for _ in range(5))
    leaves = [p.clone().requires_grad_() for p in params]
    peer = torch.optim.AdamW(leaves, lr=1e-4, weight_decay=0.0, foreach=True)
    for p in leaves:
        p.grad = torch.randn_like(p)
    numbers = (5, 1e-4, 0.9, 0.999, 1e-8, 0.0, False, True)
    report("adamw", lambda: ops.adamw_(params, grads, mean, square, [], *numbers), peer.step, torch.float32)

    def one_pass():
        ops.adamw_.alongside(params, grads, mean, square, [], ops.grad_norm(grads, 2.0), 1.0, shadow, [0.999], *numbers)

    @torch.no_grad()
    def peer_passes():
        torch.nn.utils.clip_grad_norm_(leaves, 1.0)
        peer.step()
        torch._foreach_mul_(peer_shadow, 0.999)
        torch._foreach_add_(peer_shadow, leaves, alpha=0.001)

    report("norm, clipping, adamw and an average", one_pass, peer_passes, torch.float32)


for dtype in (torch.float32, torch.bfloat16):
    a, b = torch.randn(2048, 1536).to(dtype), torch.randn(1536, 1536).to(dtype)
    with torch.no_grad():
        ceilings[dtype] = 2 * 2048 * 1536 * 1536 / min(fastest([lambda: F.linear(a, b), lambda: ops.linear(a, b, None)]))
    print(f"{dtype}: products reach {ceilings[dtype] / 1e9:.0f} GFLOP/s")
    for shape in SHAPES:
        layers(shape, dtype)
optimizer()
