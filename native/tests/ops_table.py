"""The operators that are differentiable: each with its formula, and the shapes at which it is checked."""

import dataclasses
import typing

import torch
import torch.nn.functional as F


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


ACTIVATIONS = {"gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "gelu_erf": F.gelu, "silu": F.silu, "relu": F.relu}


def mlp(x, weight1, bias1, weight2, bias2, activation="gelu_tanh"):
    return F.linear(ACTIVATIONS[activation](F.linear(x, weight1, bias1)), weight2, bias2)


def swiglu(x):
    a, b = x.chunk(2, -1)
    return F.silu(a) * b


def modulated_norm(x, shift, scale, eps=1e-6, centered=True):
    norm = F.layer_norm(x, x.shape[-1:], eps=eps) if centered else x / (x.square().mean(-1, keepdim=True) + eps).sqrt()
    return norm * (1 + over_rows(scale, x)) + over_rows(shift, x)


def gated_residual(x, gate, branch):
    return x + over_rows(gate, x) * branch


# The operators.

@dataclasses.dataclass
class Operator:
    """Cases are tuples of the inputs' shapes, and at their end, where there is one, a dictionary of other arguments: numbers and words, or
    shapes by the names of optional inputs. The first case is the smallest: finite differences are taken at it."""
    name: str
    formula: typing.Callable
    cases: list
    mixed: bool = False          # whether the first input may be of another type than the others (a residual stream)
    whole: bool = False          # whether inputs are whole numbers: then no rounding decides on which side of a kink a value falls


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


def mlps(**others):
    return [((3, 4), (5, 4), (5,), (2, 5), (2,), others), ((1, 1), (1, 1), (1,), (1, 1), (1,), others),
            ((2, 7, 33), (70, 33), (70,), (33, 70), (33,), others), ((4, 49, 64), (256, 64), (256,), (64, 256), (64,), others),
            ((31,), (64, 31), (64,), (5, 64), (5,), others)]


def modulated_norms(**others):
    return [((2, 3, 4), (2, 4), (2, 4), others), ((1, 1, 3), (1, 3), (1, 3), others), ((1, 4), (1, 4), (1, 4), others),
            ((3, 49, 128), (3, 128), (3, 128), others), ((2, 4, 9, 37), (2, 37), (2, 37), dict(eps=1e-3, **others)),
            ((2, 33, 384), (2, 384), (2, 384), others)]


OPERATORS = [
    Operator("linear", F.linear, [((3, 4), (5, 4), (5,)), ((1, 1), (1, 1)), ((2, 7, 33), (96, 33), (96,)), ((4, 49, 128), (5, 128), (5,)),
                                  ((3, 1, 128), (70, 128)), ((64,), (5, 64), (5,)), ((130, 70), (65, 70), (65,))]),
    *(Operator("mlp", mlp, mlps(activation=name), whole=name == "relu") for name in ACTIVATIONS),
    *(Operator(name, ACTIVATIONS[name], [((3, 5),), ((1,),), ((17,),), ((2, 49, 512),), ((100003,),)]) for name in ACTIVATIONS if name != "relu"),
    Operator("swiglu", swiglu, [((3, 6),), ((2,),), ((5, 34),), ((2, 49, 340),), ((301, 1, 514),)]),
    Operator("modulated_norm", modulated_norm, modulated_norms(), mixed=True),
    Operator("modulated_norm", modulated_norm, modulated_norms(centered=False), mixed=True),
    Operator("gated_residual", gated_residual,
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
    Operator("mlp", mlp, [((3, 4), (5, 4), dict(bias1=None, weight2=(2, 5), bias2=None)), ((3, 4), (5, 4), (5,), (2, 5), dict(bias2=None)),
                          ((2, 7, 33), (70, 33), dict(bias1=None, weight2=(33, 70), bias2=(33,)))]),
]
