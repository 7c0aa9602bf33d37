"""Checks every operator of libdit_torch against the same formula in ATen, in float64 where that is the truth.

    python3 native/tests/check_ops.py [path/to/libdit_torch.so [cpu|cuda [quick]]]

A line of OPERATORS is all that a new differentiable operator needs: its values, gradients and second gradients are then
held against its formula in float32 and bfloat16, the composition's gradients against finite differences in float64, on
tensors of every layout, off their natural addresses, with large values, zero rows and denormals, for the same bits from
any number of threads, and for its shapes on the device `meta`. Run by `./build.sh test` where PyTorch is installed.
"""

import itertools
import math
import sys

import torch

import ops_session
import ops_special
from ops_session import TYPES, ops, quick, report
from ops_table import OPERATORS


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


# The checks of an operator.

def check_values(operator, case, draw, dtype, first_type=None):
    tensors, names, others = inputs_of(case, draw, dtype, first_type)
    if operator.whole:
        tensors = [t.round_() for t in tensors]
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


check_operators()
ops_special.check_all()
for name, error in sorted(ops_session.worst.items()):
    print(f"{name:28} {error:.2e}")
sys.exit(f"{ops_session.failures} failed" if ops_session.failures else 0)
