using System.Diagnostics;
using Dit.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>An activation function.</summary>
public enum Activation
{
    /// <summary>x itself.</summary>
    Identity,

    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>x sigmoid(x).</summary>
    SiLU,

    /// <summary>Scaled exponential linear unit (Klambauer et al. 2017).</summary>
    SELU,

    /// <summary>GELU in its tanh form, the official DiT's.</summary>
    GeluTanh,

    /// <summary>x Phi(x), with the error function.</summary>
    Gelu,

    /// <summary>The gated SiLU(W1 x) * W2 x (Shazeer 2020; LightningDiT): for the MLP only.</summary>
    SwiGlu,
}

internal static class ActivationExtensions
{
    /// <summary>Applies the function to each element.</summary>
    public static Tensor Of(this Activation activation, Tensor x) => activation switch
    {
        Activation.Identity => x.alias(),
        Activation.ReLU => functional.relu(x),
        Activation.SiLU => functional.silu(x),
        Activation.SELU => functional.selu(x),
        Activation.GeluTanh => FusedOps.Gelu(x),
        Activation.Gelu => functional.gelu(x),
        _ => throw new UnreachableException($"{activation} is no function of one element."),
    };

    /// <summary>The function as a part of <see cref="FusedOps.Mlp"/>; <see langword="null"/> where it is none.</summary>
    public static FusedActivation? Fused(this Activation activation) => activation switch
    {
        Activation.ReLU => FusedActivation.ReLU,
        Activation.SiLU => FusedActivation.SiLU,
        Activation.GeluTanh => FusedActivation.GeluTanh,
        Activation.Gelu => FusedActivation.Gelu,
        _ => null,
    };
}
