"""Checks every operator of libdit_torch against the same formula in ATen, in float64 where that is the truth.

    python3 native/tests/check_ops.py [path/to/libdit_torch.so [cuda]]

For whoever works on the kernels; the project's own tests are the .NET ones.
"""

import itertools
import pathlib
import sys

import torch
import torch.nn.functional as F

root = pathlib.Path(__file__).resolve().parents[2]
torch.ops.load_library(sys.argv[1] if len(sys.argv) > 1 else str(root / "artifacts/native/lib/libdit_torch.so"))
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
if device != "cpu":
    torch.set_default_device(device)
ops = torch.ops.dit
failures = 0
worst = {}


def report(name, got, want, tolerance):
    global failures
    if got is None or want is None:
        bad, error = got is not want, float("nan")
    else:
        scale = max(1.0, want.abs().max().item()) if want.numel() else 1.0
        error = (got.double() - want.double()).abs().max().item() / scale if want.numel() else 0.0
        bad = not error <= tolerance or got.shape != want.shape
    key = name.split(" ")[0] + (" bf16" if "bfloat16" in name else "")
    worst[key] = max(worst.get(key, 0.0), error)
    if bad:
        failures += 1
        print(f"FAILED {name}: error {error:.3g}, tolerance {tolerance:.3g}")


def compare(name, operator, formula, inputs, tolerance, differentiable=None):
    """Values and all gradients of `operator` against `formula` in float64."""
    mine = [t.detach().clone().as_strided(t.size(), t.stride()) if t.is_contiguous() else t.detach() for t in inputs]
    mine = [t.requires_grad_() for t in mine]
    truth = [t.detach().double().requires_grad_() for t in inputs]
    got, want = operator(*mine), formula(*truth)
    report(name + " value", got.detach(), want.detach(), tolerance)
    with torch.no_grad():
        report(name + " without grad", operator(*mine), want, tolerance)
    direction = torch.randn(want.shape).to(got.dtype)
    got_grads = torch.autograd.grad(got, mine, direction)
    want_grads = torch.autograd.grad(want, truth, direction.double())
    for i, (g, w, t) in enumerate(zip(got_grads, want_grads, inputs)):
        assert g.dtype == t.dtype, (name, g.dtype)
        report(f"{name} gradient {i}", g, w, tolerance * 3)
    # The differentiable backward pass must agree with the fast one.
    again = torch.autograd.grad(operator(*mine), mine, direction, create_graph=True)
    for i, (g, w) in enumerate(zip(again, want_grads)):
        report(f"{name} differentiable gradient {i}", g.detach(), w, tolerance * 6)


def attention_formula(heads):
    def formula(qkv):
        batch, tokens, width = qkv.shape
        q, k, v = qkv.view(batch, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, -1)
        return (weights @ v).transpose(1, 2).reshape(batch, tokens, width // 3)

    return formula


def modulated_norm(x, shift, scale):
    rows = [x.shape[0]] + [1] * (x.dim() - 2) + [x.shape[-1]]
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale.view(rows)) + shift.view(rows)


def gated_residual(x, gate, branch):
    return x + gate.view([x.shape[0]] + [1] * (x.dim() - 2) + [x.shape[-1]]) * branch


def check_layers():
    torch.manual_seed(1)
    for dtype, tolerance in ((torch.float32, 3e-6), (torch.bfloat16, 2e-2)):
        for shape, outputs in itertools.product([(1, 1), (5, 3), (2, 7, 33), (3, 1, 128), (4, 49, 128), (64,)], [1, 5, 96]):
            x = torch.randn(shape, dtype=dtype)
            w, b = torch.randn(outputs, shape[-1]).to(dtype) / 8, torch.randn(outputs).to(dtype)
            compare(f"linear {dtype} {shape} {outputs}", ops.linear, F.linear, [x, w, b], tolerance * 4)
            compare(f"linear {dtype} {shape} no bias", lambda x, w: ops.linear(x, w, None), F.linear, [x, w], tolerance * 4)
        odd = torch.randn(6, 8, 20, dtype=dtype).transpose(0, 1)[..., ::2]
        compare(f"linear {dtype} strided", ops.linear, F.linear,
                [odd, torch.randn(10, 12).t().to(dtype), torch.randn(12).to(dtype)], tolerance * 4)

        for shape in [(1,), (17,), (3, 5), (2, 49, 512), (100003,)]:
            x = torch.randn(shape, dtype=dtype) * 4
            compare(f"gelu {dtype} {shape}", ops.gelu_tanh, lambda x: F.gelu(x, approximate="tanh"), [x], tolerance)
        compare(f"gelu {dtype} strided", ops.gelu_tanh, lambda x: F.gelu(x, approximate="tanh"),
                [torch.randn(9, 40, dtype=dtype)[:, ::3].t()], tolerance)

        for batch, tokens, heads, width in [(1, 1, 1, 1), (2, 1, 3, 8), (1, 2, 1, 5), (3, 49, 4, 32), (2, 50, 2, 33),
                                            (2, 256, 6, 64), (1, 77, 2, 72), (1, 513, 2, 128), (1, 1100, 1, 16), (1, 2100, 2, 24)]:
            qkv = torch.randn(batch, tokens, 3 * heads * width, dtype=dtype)
            compare(f"attention {dtype} {qkv.shape}", lambda t: ops.attention(t, heads), attention_formula(heads), [qkv], tolerance)
        # Weights of nearly 0 and 1, and moving maxima: rounding shows in any implementation, so ATen's own error is the measure.
        sharp = torch.randn(1, 600, 3 * 32, dtype=dtype) * 12
        own = attention_formula(2)(sharp).double() - attention_formula(2)(sharp.double())
        compare(f"attention {dtype} sharp", lambda t: ops.attention(t, 2), attention_formula(2), [sharp],
                2 * own.abs().max().item() / max(1.0, attention_formula(2)(sharp.double()).abs().max().item()))
        compare(f"attention {dtype} strided", lambda t: ops.attention(t, 2), attention_formula(2),
                [torch.randn(7, 3, 24, dtype=dtype).transpose(0, 1)], tolerance)

        for x_type, shape in itertools.product((torch.float32, torch.bfloat16),
                                               [(1, 1, 3), (1, 4), (2, 1, 16), (3, 49, 128), (2, 33, 37), (2, 4, 9, 384)]):
            batch, width = shape[0], shape[-1]
            x = (torch.randn(shape) * 2 + 1).to(x_type)
            loose = 2e-2 if torch.bfloat16 in (dtype, x_type) else 5e-6
            vectors = [torch.randn(batch, width).to(dtype) for _ in range(2)]
            compare(f"norm x {x_type} shift {dtype} {shape}", lambda x, a, b: ops.modulated_norm(x, a, b, 1e-6), modulated_norm,
                    [x, *vectors], loose)
            branch = torch.randn(shape).to(dtype)
            compare(f"gated x {x_type} branch {dtype} {shape}", ops.gated_residual, gated_residual, [x, vectors[0], branch], loose)
        halves = torch.randn(3, 20).to(dtype).chunk(2, dim=1)  # the strided vectors that adaLN makes
        compare(f"norm strided {dtype}", lambda x, a, b: ops.modulated_norm(x, a, b, 1e-6), modulated_norm,
                [torch.randn(5, 3, 10, dtype=dtype).transpose(0, 1), *halves], 2e-2 if dtype == torch.bfloat16 else 5e-6)
    x = torch.linspace(-12, 12, 1 << 20)
    report("gelu float32 against at::gelu", ops.gelu_tanh(x), F.gelu(x, approximate="tanh"), 1e-6 / 12)
    assert ops.gelu_tanh(torch.tensor([float("nan")] * 40)).isnan().all()
    assert ops.attention(torch.full((1, 40, 96), float("nan")), 1).isnan().all()


def check_double():
    torch.manual_seed(2)
    draw = lambda *shape: torch.randn(*shape, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(ops.linear, (draw(3, 4), draw(5, 4), draw(5)))
    assert torch.autograd.gradcheck(lambda t: ops.attention(t, 2), draw(1, 3, 12))
    assert torch.autograd.gradgradcheck(lambda x, a, b: ops.modulated_norm(x, a, b, 1e-6), (draw(2, 3, 4), draw(2, 4), draw(2, 4)))
    assert torch.autograd.gradcheck(ops.gated_residual, (draw(2, 3, 4), draw(2, 4), draw(2, 3, 4)))
    # Second derivatives through the float32 kernels, against ATen's.
    x, w = torch.randn(6, 8, requires_grad=True), torch.randn(4, 8, requires_grad=True)
    results = []
    for linear, gelu in ((ops.linear, ops.gelu_tanh), (F.linear, lambda x: F.gelu(x, approximate="tanh"))):
        y = gelu(linear(x, w, None))
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
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
    out = gated_residual(leaves[0], leaves[4], attention_formula(4)(y))
    for i, (g, want) in enumerate(zip(got, torch.autograd.grad(out.sum() + y.sum(), leaves))):
        report(f"autocast bfloat16 gradient {i}", g, want, 3e-2)
    with torch.autocast(device, dtype=torch.bfloat16), torch.no_grad():
        assert ops.linear(x, w, b).dtype == torch.bfloat16


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


def check_repeatable():
    """The same bytes from run to run, and from any number of threads."""
    torch.manual_seed(5)
    x, w, b = torch.randn(64, 49, 128, requires_grad=True), torch.randn(384, 128, requires_grad=True), torch.randn(384, requires_grad=True)
    shift = torch.randn(64, 128, requires_grad=True)
    first = None
    for threads in (1, 2, 3, 2, 1):
        torch.set_num_threads(threads)
        y = ops.attention(ops.linear(ops.modulated_norm(x, shift, shift, 1e-6), w, b), 4)
        y = ops.gated_residual(x, shift, ops.gelu_tanh(y))
        grads = torch.autograd.grad(y, (x, w, b, shift), torch.ones_like(y))
        now = [y, *grads, ops.grad_norm([g.contiguous() for g in grads], 2.0)]
        first = first or now
        assert all(torch.equal(a, b) for a, b in zip(now, first)), threads
    torch.set_num_threads(2)


def check_errors():
    for call in (lambda: ops.attention(torch.randn(2, 3, 10), 4), lambda: ops.modulated_norm(torch.randn(2, 3, 4), torch.randn(3, 4), torch.randn(2, 4), 1e-6),
                 lambda: ops.gated_residual(torch.randn(2, 3, 4), torch.randn(2, 5), torch.randn(2, 3, 4)), lambda: ops.linear(torch.randn(2, 3), torch.randn(4, 5), None),
                 lambda: ops.ema_([torch.randn(3)], [torch.randn(4)], 0.9), lambda: ops.grad_norm([], 2.0)):
        try:
            call()
        except RuntimeError:
            continue
        raise AssertionError("an error was expected")
    assert ops.attention(torch.empty(0, 4, 12), 2).shape == (0, 4, 4) and ops.linear(torch.empty(0, 4), torch.randn(3, 4), None).shape == (0, 3)


for check in (check_layers, check_double, check_autocast, check_optimizer, check_repeatable, check_errors):
    check()
for name, error in sorted(worst.items()):
    print(f"{name:28} {error:.2e}")
sys.exit(f"{failures} failed" if failures else 0)
