"""Checks every operator of libdit_torch against the same formula in ATen, in float64 where that is the truth.

    python3 native/tests/check_ops.py [path/to/libdit_torch.so [cpu|cuda [quick]]]

A line of OPERATORS is all that a new differentiable operator needs: its values, gradients and second gradients are then
held against its formula in float32 and bfloat16, the composition's gradients against finite differences in float64, on
tensors of every layout, off their natural addresses, with large values, zero rows and denormals, for the same bits from
any number of threads, and for its shapes on the device `meta`. Run by `./build.sh test` where PyTorch is installed.
"""

import dataclasses
import itertools
import math
import pathlib
import sys
import typing

import torch
import torch.nn.functional as F

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


# The formulas.

def attention(query, heads, key=None, value=None, mask=None, rotation=None, query_weight=None, query_bias=None, key_weight=None,
              key_bias=None, eps=1e-6, scale=None):
    parts, last = [], [query, key, value]
    for i, tensor in enumerate(last):                    # one that is not given is packed behind the one before
        if tensor is not None:
            absent = next((j for j in range(i + 1, 3) if last[j] is not None), 3) - i
            parts += tensor.chunk(absent, -1)
    q, k, v = (t.unflatten(-1, (heads, -1)).transpose(1, 2) for t in parts)                        # [B, H, T, W]
    adjusted = []
    for x, weight, bias in ((q, query_weight, query_bias), (k, key_weight, key_bias)):
        if bias is not None:
            x = F.layer_norm(x, x.shape[-1:], weight, bias, eps)
        elif weight is not None:
            x = x * (x.square().mean(-1, keepdim=True) + eps).rsqrt() * weight
        if rotation is not None:
            (a, b), (cosine, sine) = (t.unflatten(-1, (-1, 2)).unbind(-1) for t in (x[:, :, :len(rotation)], rotation.to(x.dtype)))
            turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], -1).flatten(-2)
            x = torch.cat([turned, x[:, :, len(rotation):]], 2)
        adjusted.append(x)
    q, k = adjusted
    scores = q @ k.transpose(-2, -1) * (q.shape[-1] ** -0.5 if scale is None else scale)           # [B, H, T, L]
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None], -1e30)
    weights = scores.softmax(-1)
    if mask is not None:
        weights = weights * mask.any(-1)[:, None, None, None]                                      # zeros for who has no keys
    return (weights @ v).transpose(1, 2).flatten(2)                                                # [B, T, A]


def over_rows(vector, x):
    return vector.view([x.shape[0]] + [1] * (x.dim() - 2) + [x.shape[-1]])


def mlp(x, w1, b1, w2, b2):
    return F.linear(F.gelu(F.linear(x, w1, b1), approximate="tanh"), w2, b2)


def modulated_norm(x, shift, scale, eps=1e-6):
    return F.layer_norm(x, x.shape[-1:], eps=eps) * (1 + over_rows(scale, x)) + over_rows(shift, x)


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


# The operators.

@dataclasses.dataclass
class Operator:
    """Cases are tuples of the inputs' shapes, and at their end, where there is one, a dictionary of other arguments: numbers, or shapes by
    the names of optional inputs. The first case is the smallest: finite differences are taken at it."""
    name: str
    formula: typing.Callable
    cases: list
    mixed: bool = False          # whether the first input may be of another type than the others (a residual stream)


def self_attention(batch, tokens, heads, width, **others):
    return (batch, tokens, 3 * heads * width), dict(heads=heads, **others)


def cross_attention(batch, tokens, length, heads, width, packed=True, **others):
    key = dict(key=(batch, length, (2 if packed else 1) * heads * width), **({} if packed else dict(value=(batch, length, heads * width))))
    return (batch, tokens, heads * width), dict(heads=heads, **key, **others)


def norms(width, layer):
    names = ("query_weight", "key_weight", "query_bias", "key_bias") if layer else ("query_weight", "key_weight")
    return {name: (width,) for name in names}


def mask(batch, length):
    """A third of the keys, but all of the first sample's, and none of the second's."""
    kept = torch.rand(batch, length) < 1 / 3
    kept[0] = True
    if batch > 1:
        kept[1] = False
    return kept


def rotation(tokens, width):
    angles = torch.arange(tokens)[:, None] * 0.7 / torch.arange(1, width // 2 + 1)
    return torch.stack([angles.cos(), angles.sin()], -1).flatten(-2)                               # [G, W]


OPERATORS = [
    Operator("linear", F.linear, [((3, 4), (5, 4), (5,)), ((1, 1), (1, 1)), ((2, 7, 33), (96, 33), (96,)), ((4, 49, 128), (5, 128), (5,)),
                                  ((3, 1, 128), (70, 128)), ((64,), (5, 64), (5,)), ((130, 70), (65, 70), (65,))]),
    Operator("mlp", mlp, [((3, 4), (5, 4), (5,), (2, 5), (2,)), ((1, 1), (1, 1), (1,), (1, 1), (1,)), ((2, 7, 33), (70, 33), (70,), (33, 70), (33,)),
                          ((4, 49, 64), (256, 64), (256,), (64, 256), (64,)), ((31,), (64, 31), (64,), (5, 64), (5,))]),
    Operator("gelu_tanh", gelu_tanh, [((3, 5),), ((1,),), ((17,),), ((2, 49, 512),), ((100003,),)]),
    Operator("modulated_norm", modulated_norm, [((2, 3, 4), (2, 4), (2, 4)), ((1, 1, 3), (1, 3), (1, 3)), ((1, 4), (1, 4), (1, 4)),
                                                ((3, 49, 128), (3, 128), (3, 128)), ((2, 4, 9, 37), (2, 37), (2, 37), dict(eps=1e-3)),
                                                ((2, 33, 384), (2, 384), (2, 384))], mixed=True),
    Operator("gated_residual", lambda x, gate, branch: x + over_rows(gate, x) * branch,
             [((2, 3, 4), (2, 4), (2, 3, 4)), ((1, 4), (1, 4), (1, 4)), ((3, 49, 128), (3, 128), (3, 49, 128)),
              ((2, 4, 9, 37), (2, 37), (2, 4, 9, 37))], mixed=True),
    Operator("attention", attention, [
        self_attention(1, 3, 2, 4), self_attention(1, 1, 1, 1), self_attention(2, 1, 3, 8), self_attention(1, 2, 1, 5),
        self_attention(3, 49, 4, 32), self_attention(2, 50, 2, 33), self_attention(2, 256, 3, 64), self_attention(1, 77, 2, 72),
        self_attention(1, 513, 1, 128), self_attention(1, 1300, 1, 16), self_attention(1, 2100, 2, 24, scale=0.1)]),
    Operator("attention", attention, [
        cross_attention(1, 3, 2, 2, 2), cross_attention(2, 1, 1, 1, 3, packed=False), cross_attention(2, 70, 19, 3, 40),
        cross_attention(3, 5, 300, 2, 33, packed=False), cross_attention(1, 1100, 77, 1, 64), cross_attention(1, 30, 2500, 1, 16),
        ((2, 9, 2 * 48), dict(heads=3, value=(2, 9, 48)))]),
    Operator("attention", attention, [
        cross_attention(2, 3, 4, 1, 2, mask=mask(2, 4)), self_attention(3, 50, 2, 33, mask=mask(3, 50)),
        cross_attention(4, 20, 601, 2, 32, mask=mask(4, 601))]),
    Operator("attention", attention, [
        self_attention(1, 3, 2, 4, rotation=rotation(3, 4), **norms(4, True)), self_attention(2, 5, 1, 3, **norms(3, False), eps=1e-3),
        self_attention(2, 50, 2, 32, rotation=rotation(49, 32)), self_attention(2, 131, 3, 72, rotation=rotation(131, 72), **norms(72, False)),
        self_attention(1, 300, 2, 64, rotation=rotation(256, 64), **norms(64, True), scale=0.2),
        cross_attention(3, 40, 300, 2, 34, mask=mask(3, 300), rotation=rotation(7, 34), **norms(34, True))]),
]


# The inputs.

def contiguous(shape, dtype):
    return torch.randn(shape).to(dtype)


def every_second(shape, dtype):
    return torch.randn([*shape[:-1], 2 * shape[-1]]).to(dtype)[..., ::2]


def swapped(shape, dtype):
    return torch.randn(shape[::-1]).to(dtype).permute(*reversed(range(len(shape))))


def slices(shape, dtype):
    """Rows that lie apart."""
    return torch.randn([*shape[:-1], shape[-1] + 3]).to(dtype)[..., 1:-2]


def unaligned(shape, dtype):
    return torch.randn(math.prod(shape) + 1).to(dtype)[1:].view(shape)


def large(shape, dtype):
    return contiguous(shape, dtype) * 8


def special(shape, dtype):
    """Zero rows, and denormals among the rest."""
    x = contiguous(shape, dtype)
    x.flatten()[::3] *= 1e-41
    if x.dim() > 1:
        x[:, ::2] = 0
    return x


def inputs_of(case, draw, dtype, first_type=None):
    """The inputs and other arguments of a case: ([tensor...], names of the optional ones among them, {name: other})."""
    *shapes, last = case if isinstance(case[-1], dict) else (*case, {})
    optional = {name: value for name, value in last.items() if isinstance(value, tuple)}
    tensors = [draw(shape, dtype if i or first_type is None else first_type) for i, shape in enumerate([*shapes, *optional.values()])]
    return tensors, list(optional), {name: value for name, value in last.items() if name not in optional}


def bound(operator, names, others):
    """The operator or formula as a function of its tensors alone."""
    def call(*tensors):
        split = len(tensors) - len(names)
        real = next(t.dtype for t in tensors)
        fixed = {name: v.to(tensors[0].device, real if real == torch.float64 and v.is_floating_point() else v.dtype) if torch.is_tensor(v) else v
                 for name, v in others.items()}
        return operator(*tensors[:split], **dict(zip(names, tensors[split:])), **fixed)
    return call


def described(case):
    return [{k: list(v.shape) if torch.is_tensor(v) else v for k, v in part.items()} if isinstance(part, dict) else part for part in case]


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


# The checks of an operator.

def check_values(operator, case, draw, dtype, first_type=None):
    tensors, names, others = inputs_of(case, draw, dtype, first_type)
    ours, formula = bound(getattr(ops, operator.name), names, others), bound(operator.formula, names, others)
    name = f"{operator.name} {draw.__name__} {first_type or ''} {dtype} {described(case)}"
    mine = [t.detach().requires_grad_() for t in tensors]
    truth = [t.detach().double().requires_grad_() for t in tensors]
    got, want = ours(*mine), formula(*truth)
    tolerance = max(TYPES[t.dtype] for t in tensors)
    direction = torch.randn(want.shape).to(got.dtype)
    want_grads = torch.autograd.grad(want, truth, direction.double())
    tolerances = [3 * tolerance] * len(tensors)
    if draw is large:                                    # rounding shows in any implementation: ATen's own error is a measure, too
        plain = [t.detach().requires_grad_() for t in tensors]
        own = formula(*plain)
        off = lambda a, b: 3 * (a.double() - b).abs().max().item() / max(1.0, b.abs().max().item())
        own_grads = torch.autograd.grad(own, plain, direction.to(own.dtype))
        tolerance, tolerances = max(20 * tolerance, off(own, want)), [max(20 * tolerance, off(a, b)) for a, b in zip(own_grads, want_grads)]
        name = "sharp " + name
    report(name + " value", got.detach(), want.detach(), tolerance)
    with torch.no_grad():
        report(name + " without grad", ours(*mine), want, tolerance)
    for i, (g, w, t) in enumerate(zip(torch.autograd.grad(got, mine, direction), want_grads, tensors)):
        assert g.dtype == t.dtype, (name, g.dtype)
        report(f"{name} gradient {i}", g, w, tolerances[i])
    again = torch.autograd.grad(ours(*mine), mine, direction, create_graph=True)   # a backward pass of the composition
    for i, (g, w) in enumerate(zip(again, want_grads)):
        report(f"{name} differentiable gradient {i}", g.detach(), w, tolerances[i] * 2)


def check_finite_differences(operator):
    draw = lambda shape, _: torch.randn(shape, dtype=torch.float64, requires_grad=True)
    tensors, names, others = inputs_of(operator.cases[0], draw, None)
    ours = bound(getattr(ops, operator.name), names, others)
    assert torch.autograd.gradcheck(ours, tensors), operator.name
    assert torch.autograd.gradgradcheck(ours, tensors, fast_mode=True), operator.name


def check_threads(operator, case, dtype):
    tensors, names, others = inputs_of(case, contiguous, dtype)
    ours, first = bound(getattr(ops, operator.name), names, others), None
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        leaves = [t.detach().requires_grad_() for t in tensors]
        y = ours(*leaves)
        now = [y, *torch.autograd.grad(y, leaves, torch.ones_like(y))]
        first = first or now
        assert all(torch.equal(a, b) for a, b in zip(now, first)), (operator.name, dtype, case, threads)
    torch.set_num_threads(2)


def check_meta(operator, case, dtype):
    tensors, names, others = inputs_of(case, contiguous, dtype)
    ours = bound(getattr(ops, operator.name), names, others)
    want, shadows = ours(*tensors), [t.to("meta").requires_grad_() for t in tensors]
    got = ours(*shadows)
    assert got.is_meta and (got.shape, got.dtype) == (want.shape, want.dtype), (operator.name, case, got)
    for grad, tensor in zip(torch.autograd.grad(got, shadows, torch.empty_like(got)), tensors):
        assert grad.is_meta and (grad.shape, grad.dtype) == (tensor.shape, tensor.dtype), (operator.name, case)


def check_operators():
    torch.manual_seed(1)
    for operator in OPERATORS:
        if not quick:
            check_finite_differences(operator)
        for dtype, (i, case) in itertools.product(TYPES, enumerate(operator.cases)):
            is_small = sum(t.numel() for t in inputs_of(case, contiguous, dtype)[0]) < 30000
            if quick and not is_small:
                continue
            check_values(operator, case, contiguous, dtype)
            if i < 4 and is_small:
                for draw in (every_second, swapped, slices, unaligned, large, special):
                    check_values(operator, case, draw, dtype)
            if operator.mixed:
                for first_type in TYPES:
                    check_values(operator, case, contiguous, dtype, first_type)
            check_threads(operator, case, dtype)
            check_meta(operator, case, dtype)
        print(f"{operator.name} checked", flush=True)


# What is particular to some.

def check_special_values():
    x = torch.linspace(-12, 12, 1 << 20)
    report("gelu_tanh float32 against at::gelu", ops.gelu_tanh(x), gelu_tanh(x), 1e-6 / 12)
    assert ops.gelu_tanh(torch.tensor([float("nan")] * 40)).isnan().all()
    assert ops.attention(torch.full((1, 40, 96), float("nan")), 1).isnan().all()
    qkv = torch.zeros(1, 40, 96)                         # one key that outweighs all others, in the middle
    qkv[..., :32], qkv[0, 21, 32:64], qkv[0, 21, 64:] = 1e4, 1e4, 5
    for dtype in TYPES:
        assert (ops.attention(qkv.to(dtype), 1) == 5).all()
    x, w = torch.randn(6, 8, requires_grad=True), torch.randn(4, 8, requires_grad=True)
    results = []                                         # second derivatives through the float32 kernels, against ATen's
    for linear, gelu in ((ops.linear, ops.gelu_tanh), (F.linear, gelu_tanh)):
        (g,) = torch.autograd.grad(gelu(linear(x, w, None)).sum(), x, create_graph=True)
        results.append(torch.autograd.grad(g.square().sum(), (x, w)))
    for got, want in zip(*results):
        report("second derivative", got, want, 1e-5)


def check_autocast():
    torch.manual_seed(3)
    x, w, b = torch.randn(3, 9, 32).requires_grad_(), (torch.randn(96, 32) / 16).requires_grad_(), torch.randn(96, requires_grad=True)
    shift, scale = torch.randn(3, 32, requires_grad=True), torch.randn(3, 32, requires_grad=True)
    gated_residual = lambda x, gate, branch: x + over_rows(gate, x) * branch
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
                 lambda: ops.ema_([torch.randn(3)], [torch.randn(4)], 0.9), lambda: ops.grad_norm([], 2.0)):
        try:
            call()
        except RuntimeError:
            continue
        raise AssertionError("an error was expected")
    assert ops.attention(torch.empty(0, 4, 12), 2).shape == (0, 4, 4) and ops.linear(torch.empty(0, 4), torch.randn(3, 4), None).shape == (0, 3)


for check in (check_operators, check_special_values, check_autocast, check_optimizer, check_optimizer_on_meta, check_errors):
    check()
for name, error in sorted(worst.items()):
    print(f"{name:28} {error:.2e}")
sys.exit(f"{failures} failed" if failures else 0)
