"""What is checked of some operators only: special values, autocast, the optimizer, errors."""

import itertools

import torch
import torch.nn.functional as F

from ops_session import TYPES, device, ops, report
from ops_table import ACTIVATIONS, attention, gated_residual, mlp, modulated_norm, swiglu


def check_special_values():
    x = torch.linspace(-12, 12, 1 << 20)
    for name, activation in ACTIVATIONS.items():
        if name != "relu":                               # which is a part of mlp only
            report(f"{name} float32 against ATen", getattr(ops, name)(x), activation(x), 2e-6 / 12)    # two units in the last place of 12
            assert getattr(ops, name)(torch.tensor([float("nan")] * 40)).isnan().all()
    assert ops.swiglu(torch.tensor([[float("nan")] * 20 + [1.0] * 20])).isnan().all()
    assert ops.attention(torch.full((1, 40, 96), float("nan")), 1).isnan().all()
    qkv = torch.zeros(1, 40, 96)                         # one key that outweighs all others, in the middle
    qkv[..., :32], qkv[0, 21, 32:64], qkv[0, 21, 64:] = 1e4, 1e4, 5
    for dtype in TYPES:
        assert (ops.attention(qkv.to(dtype), 1) == 5).all()
    x, w = torch.randn(6, 8, requires_grad=True), torch.randn(4, 8, requires_grad=True)
    results = []                                         # second derivatives through the float32 kernels, against ATen's
    for linear, gelu in ((ops.linear, ops.gelu_tanh), (F.linear, ACTIVATIONS["gelu_tanh"])):
        (g,) = torch.autograd.grad(gelu(linear(x, w, None)).sum(), x, create_graph=True)
        results.append(torch.autograd.grad(g.square().sum(), (x, w)))
    for got, want in zip(*results):
        report("second derivative", got, want, 1e-5)


def check_autocast():
    torch.manual_seed(3)
    x, w, b = torch.randn(3, 9, 32).requires_grad_(), (torch.randn(96, 32) / 16).requires_grad_(), torch.randn(96, requires_grad=True)
    shift, scale = torch.randn(3, 32, requires_grad=True), torch.randn(3, 32, requires_grad=True)
    with torch.autocast(device, dtype=torch.bfloat16):
        n = ops.modulated_norm(x, shift, scale, 1e-6)
        y = ops.linear(n, w, b)
        z = ops.linear(n, w, b)  # the second use of the cached copy
        a = ops.attention(y, 4)
        out = ops.gated_residual(x, scale, a)
    assert (n.dtype, y.dtype, a.dtype, out.dtype) == (torch.bfloat16,) * 3 + (torch.float32,)
    (out.sum() + z.float().sum()).backward()
    assert w.grad.dtype == torch.float32 and x.grad.dtype == torch.float32
    got = [t.grad.clone() for t in (x, w, b, shift, scale)]
    leaves = [t.detach().clone().requires_grad_() for t in (x, w, b, shift, scale)]
    n = modulated_norm(leaves[0], leaves[3], leaves[4])
    y = F.linear(n, leaves[1], leaves[2])
    out = gated_residual(leaves[0], leaves[4], attention(y, 4))
    for i, (g, want) in enumerate(zip(got, torch.autograd.grad(out.sum() + y.sum(), leaves))):
        report(f"autocast bfloat16 gradient {i}", g, want, 3e-2)
    with torch.autocast(device, dtype=torch.bfloat16), torch.no_grad():
        assert ops.linear(x, w, b).dtype == torch.bfloat16


def check_autocast_of_mlps():
    torch.manual_seed(5)
    given = [torch.randn(3, 9, 32), torch.randn(3, 32), torch.randn(3, 32), torch.randn(70, 32) / 6, torch.randn(70), torch.randn(32, 70) / 8, torch.randn(32)]
    gated = [*given[:3], torch.randn(140, 32) / 6, torch.randn(140), *given[5:]]
    swiglu_mlp = lambda swiglu, linear: lambda x, w1, b1, w2, b2: linear(swiglu(linear(x, w1, b1)), w2, b2)
    forms = [(lambda *t, name=name: ops.mlp(*t, name), lambda *t, name=name: mlp(*t, name), given) for name in ACTIVATIONS]
    for ours, formula, inputs in (*forms, (swiglu_mlp(ops.swiglu, ops.linear), swiglu_mlp(swiglu, F.linear), gated)):
        mine, truth = ([t.detach().clone().to(dtype).requires_grad_() for t in inputs] for dtype in (torch.float32, torch.float64))
        with torch.autocast(device, dtype=torch.bfloat16):
            got = ours(ops.modulated_norm(*mine[:3], 1e-6, False), *mine[3:])
        want = formula(modulated_norm(*truth[:3], centered=False), *truth[3:])
        assert got.dtype == torch.bfloat16
        report("autocast bfloat16 value of an MLP", got.detach(), want.detach(), 3e-2)
        for i, (g, w) in enumerate(zip(torch.autograd.grad(got.float().sum(), mine), torch.autograd.grad(want.sum(), truth))):
            assert g.dtype == torch.float32
            report(f"autocast bfloat16 gradient {i} of an MLP", g, w, 5e-2)


def check_optimizer():
    shapes = [(3,), (128, 128), (1,), (70000,), (5, 7)] + [(6,)] * 70  # more than one launch on CUDA takes
    for decoupled, amsgrad in itertools.product((True, False), repeat=2):
        torch.manual_seed(4)
        mine = [torch.randn(s) for s in shapes]
        theirs = [p.clone().requires_grad_() for p in mine]
        kind = torch.optim.AdamW if decoupled else torch.optim.Adam
        peer = kind(theirs, lr=1e-3, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1, amsgrad=amsgrad, foreach=False)
        moments = [[torch.zeros(s) for s in shapes] for _ in range(3)]
        for step in range(1, 30):
            grads = [torch.randn(s) * 10 ** float(torch.randn(())) for s in shapes]
            for p, g in zip(theirs, grads):
                p.grad = g.clone()
            peer.step()
            ops.adamw_(mine, grads, moments[0], moments[1], moments[2] if amsgrad else [], step, 1e-3, 0.9, 0.99, 1e-8, 0.1, amsgrad, decoupled)
        for got, want in zip(mine, theirs):
            report(f"adamw {decoupled} {amsgrad}", got, want.detach(), 2e-7)
        # The same step by numbers that were written to the device beforehand.
        peaks = moments[2] if amsgrad else []
        copies = [[t.clone() for t in list] for list in (mine, moments[0], moments[1], peaks)]
        numbers = torch.empty(40, dtype=torch.uint8)
        ops.adamw_step_(numbers, 30, 1e-3, 0.9, 0.99, 1e-8, 0.1, decoupled)
        ops.adamw_.prepared(copies[0], grads, *copies[1:], numbers)
        ops.adamw_(mine, grads, moments[0], moments[1], peaks, 30, 1e-3, 0.9, 0.99, 1e-8, 0.1, amsgrad, decoupled)
        assert all(torch.equal(a, b) for a, b in zip(mine, copies[0]))
        # Clipping, the step and two averages in one pass are the three operators, to the bit.
        shadows = [[torch.randn(s) for s in shapes] for _ in range(2)]
        for bound in (0.5, 1e9):
            copies = [[t.clone() for t in list] for list in (mine, grads, moments[0], moments[1], peaks)]
            also = [t.clone() for list in shadows for t in list]
            total = ops.grad_norm(grads, 2.0)
            ops.adamw_.alongside(*copies, total, bound, also, [0.9, 0.99], 31, 1e-3, 0.9, 0.99, 1e-8, 0.1, amsgrad, decoupled)
            ops.clip_grad_(grads, total, bound)
            ops.adamw_(mine, grads, moments[0], moments[1], peaks, 31, 1e-3, 0.9, 0.99, 1e-8, 0.1, amsgrad, decoupled)
            for list, decay in zip(shadows, (0.9, 0.99)):
                ops.ema_(list, mine, decay)
            for got, want in zip((copies[0], copies[2], copies[3], copies[4], also), (mine, moments[0], moments[1], peaks, sum(shadows, []))):
                assert all(torch.equal(a, b) for a, b in zip(got, want))
    grads = [torch.randn(s) for s in shapes]
    for order in (2.0, 1.0, float("inf")):
        want = torch.cat([g.double().flatten() for g in grads]).norm(order)
        report(f"norm_of_gradients {order}", ops.grad_norm(grads, order), want, 1e-5)
    total = ops.grad_norm(grads, 2.0)
    clipped = [g.clone() for g in grads]
    ops.clip_grad_(clipped, total, 1.0)
    report("clip", ops.grad_norm(clipped, 2.0), torch.tensor(1.0), 1e-5)
    kept = [g.clone() for g in grads]
    ops.clip_grad_(kept, total, 1e9)
    assert all(torch.equal(a, b) for a, b in zip(kept, grads))
    shadow = [torch.randn(s) for s in shapes]
    want = [s * 0.9 + g * 0.1 for s, g in zip(shadow, grads)]
    version = shadow[0]._version
    ops.ema_(shadow, grads, 0.9)
    assert shadow[0]._version > version
    for got, w in zip(shadow, want):
        report("ema", got, w, 2e-7)


def check_optimizer_on_meta():
    """Nothing to compute, and no error."""
    lists = [[torch.empty(3, device="meta")] for _ in range(4)]
    ops.adamw_(*lists, [], 1, 1e-3, 0.9, 0.99, 1e-8, 0.1, False, True)
    ops.ema_(lists[0], lists[1], 0.9)
    norm = ops.grad_norm(lists[0], 2.0)
    assert norm.is_meta and norm.shape == ()
    ops.clip_grad_(lists[0], norm, 1.0)


def check_errors():
    x = torch.randn(2, 3, 8)
    for call in (lambda: ops.attention(x, 2, mask=torch.ones(2, 4, dtype=torch.bool)), lambda: ops.attention(x, 2, torch.randn(2, 5, 8)),
                 lambda: ops.attention(x, 2, torch.randn(3, 5, 16)), lambda: ops.attention(x, 2, x, x.double()), lambda: ops.attention(x, 2, x, x, scale=-1),
                 lambda: ops.attention(x, 2, x, x, rotation=torch.randn(4, 4)), lambda: ops.attention(x, 2, x, x, query_bias=torch.randn(4)),
                 lambda: ops.attention(torch.randn(2, 3, 10), 4), lambda: ops.modulated_norm(torch.randn(2, 3, 4), torch.randn(3, 4), torch.randn(2, 4), 1e-6),
                 lambda: ops.gated_residual(torch.randn(2, 3, 4), torch.randn(2, 5), torch.randn(2, 3, 4)), lambda: ops.linear(torch.randn(2, 3), torch.randn(4, 5), None),
                 lambda: ops.swiglu(torch.randn(2, 3)), lambda: ops.mlp(x, torch.randn(4, 8), None, torch.randn(8, 4), None, "tanh"),
                 lambda: ops.ema_([torch.randn(3)], [torch.randn(4)], 0.9), lambda: ops.grad_norm([], 2.0)):
        try:
            call()
        except RuntimeError:
            continue
        raise AssertionError("an error was expected")
    assert ops.attention(torch.empty(0, 4, 12), 2).shape == (0, 4, 4) and ops.linear(torch.empty(0, 4), torch.randn(3, 4), None).shape == (0, 3)


def check_all():
    for check in (check_special_values, check_autocast, check_autocast_of_mlps, check_optimizer, check_optimizer_on_meta, check_errors):
        check()
