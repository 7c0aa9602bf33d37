using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The operators that a Diffusion Transformer spends its time in, each as one pass over memory.</summary>
/// <remarks>
/// Each has a plain composition of TorchSharp calls with the same result (up to rounding), which is used where the
/// backend has no native code of its own and while <see cref="Enabled"/> is false. All are differentiable.
/// </remarks>
public static class FusedOps
{
    private static bool enabled = Engine.Supports(Feature.FusedOps);

    /// <summary>Whether the native operators are used. Default: where the backend has them.</summary>
    /// <remarks>Switch it off, for the whole process, to compare or to debug.</remarks>
    /// <exception cref="NotSupportedException">Switched on where the backend has none.</exception>
    public static bool Enabled
    {
        get => enabled;
        set
        {
            if (value && !Engine.Supports(Feature.FusedOps))
                throw new NotSupportedException("This backend has no native operators; DitBackend=native has them.");
            enabled = value;
        }
    }

    /// <summary>x W^T + b, through the fastest library for shape and type.</summary>
    /// <param name="x">Input, [..., K].</param>
    /// <param name="weight">Weights, [N, K].</param>
    /// <param name="bias">Bias, [N], or null.</param>
    /// <returns>[..., N].</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null) =>
        enabled ? Backend.Linear(x, weight, bias) : PlainOps.Linear(x, weight, bias);

    /// <summary>GELU in its tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).</summary>
    /// <param name="x">Any shape.</param>
    public static Tensor Gelu(Tensor x) => enabled ? Backend.Gelu(x) : PlainOps.Gelu(x);

    /// <summary>SiLU(a) b, where <paramref name="x"/> holds a and then b: the gate of SwiGLU (Shazeer 2020).</summary>
    /// <param name="x">The two halves of the last dimension, [..., 2 F].</param>
    /// <returns>[..., F].</returns>
    public static Tensor SwiGlu(Tensor x) => enabled ? Backend.SwiGlu(x) : PlainOps.SwiGlu(x);

    /// <summary>Whether a native operator may stand in for a module: they are switched on, and it has no hooks, which would not be called.</summary>
    /// <param name="module">The module.</param>
    public static bool MayReplace(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return enabled && !Backend.HasHooks(module);
    }

    /// <summary>Two linear layers with an activation between them: the MLP of a transformer's block.</summary>
    /// <remarks>Native, the layers are not called themselves, unless one of them has hooks.</remarks>
    /// <param name="x">Input, [..., K].</param>
    /// <param name="first">From K to F.</param>
    /// <param name="second">From F to N.</param>
    /// <param name="activation">What is applied between them.</param>
    /// <returns>[..., N].</returns>
    public static Tensor Mlp(Tensor x, Linear first, Linear second, FusedActivation activation = FusedActivation.GeluTanh)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!Enum.IsDefined(activation)) throw new ArgumentOutOfRangeException(nameof(activation), activation, "There is no such activation.");
        return MayReplace(first) && MayReplace(second) ? Backend.Mlp(x, first, second, activation) : PlainOps.Mlp(x, first, second, activation);
    }

    /// <summary>LayerNorm or RMSNorm without weights of its own, then x (1 + scale) + shift (DiT, section 3.2).</summary>
    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="shift">Per sample, [B, D].</param>
    /// <param name="scale">Per sample, [B, D].</param>
    /// <param name="eps">Added to the variance, or to the mean square.</param>
    /// <param name="centered">Whether the mean is subtracted, which a LayerNorm does and an RMSNorm does not.</param>
    /// <returns>[B, T, D].</returns>
    public static Tensor ModulatedNorm(Tensor x, Tensor shift, Tensor scale, double eps = 1e-6, bool centered = true) =>
        enabled ? Backend.ModulatedNorm(x, shift, scale, eps, centered) : PlainOps.ModulatedNorm(x, shift, scale, eps, centered);

    /// <summary>x + gate * branch (DiT, section 3.2: the residual of adaLN-Zero).</summary>
    /// <param name="x">Tokens, [B, T, D].</param>
    /// <param name="gate">Per sample, [B, D].</param>
    /// <param name="branch">What is added, [B, T, D].</param>
    /// <returns>[B, T, D], in the type of <paramref name="x"/>.</returns>
    public static Tensor GatedResidual(Tensor x, Tensor gate, Tensor branch) =>
        enabled ? Backend.GatedResidual(x, gate, branch) : PlainOps.GatedResidual(x, gate, branch);

    /// <summary>Multi-head attention: softmax(scale q k^T) v, with what a Diffusion Transformer does to queries and keys before.</summary>
    /// <remarks>
    /// Keys or values that are not given stand behind the ones before them, in the same tensor: alone, <paramref name="query"/> is what a
    /// product for all three gives. Within each part the heads come one after another.
    /// </remarks>
    /// <param name="query">Queries, [B, T, D], or [B, T, 2 D] with keys, or [B, T, 3 D] with keys and values.</param>
    /// <param name="heads">The number of heads; divides D.</param>
    /// <param name="key">Keys, [B, L, D], or [B, L, 2 D] with values; of the type of the queries.</param>
    /// <param name="value">Values, [B, L, D].</param>
    /// <param name="mask">Which keys are attended to, [B, L], bool; <see langword="null"/> for all. Where there is none at all the result is 0.</param>
    /// <param name="rotation">
    /// The cosine and the sine of the angle by which each pair of neighbouring channels of a query and of a key is turned, after the norm,
    /// [G, D / heads]; tokens from G on are not turned.
    /// </param>
    /// <param name="norm">The norms of queries and keys, or <see langword="null"/>.</param>
    /// <param name="scale">What scores are multiplied by, above 0. Default: 1 / sqrt(D / heads).</param>
    /// <returns>[B, T, D].</returns>
    public static Tensor Attention(Tensor query, long heads, Tensor? key = null, Tensor? value = null, Tensor? mask = null,
        Tensor? rotation = null, QueryKeyNorm? norm = null, double? scale = null) =>
        enabled ? Backend.Attention(query, heads, key, value, mask, rotation, norm, scale)
            : PlainOps.Attention(query, heads, key, value, mask, rotation, norm, scale);

    /// <summary>Scales gradients so that their L2 norm together is at most a bound. In place, without waiting for the device.</summary>
    /// <param name="gradients">At least one gradient, all on one device; those of parameters that have none, <see langword="null"/>, are passed over.</param>
    /// <param name="maxNorm">The bound, above 0.</param>
    /// <returns>The norm before, a float32 scalar on the gradients' device.</returns>
    /// <exception cref="ArgumentException">There are no gradients.</exception>
    public static Tensor ClipGradNorm(IReadOnlyList<Tensor?> gradients, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Tensor[] present = [.. gradients.OfType<Tensor>()];
        if (present.Length == 0) throw new ArgumentException("There are no gradients to clip. Call backward() first.", nameof(gradients));
        if (!(maxNorm > 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "The largest norm must be above 0.");
        return enabled ? Backend.ClipGradNorm(present, maxNorm) : PlainOps.ClipGradNorm(present, maxNorm);
    }

    /// <summary>A step of an optimizer with gradients that are clipped before it, and averages that follow: with Adam and AdamW on a processor, one pass over memory.</summary>
    /// <remarks>The result is that of clipping, <c>optimizer.step()</c> and <see cref="Ema"/> one after the other; what the gradients hold afterwards is not defined.</remarks>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="gradients">The gradients of its parameters.</param>
    /// <param name="norm">Their L2 norm together, as <see cref="ClipGradNorm"/> returned it for an infinite bound; <see langword="null"/> to clip nothing.</param>
    /// <param name="maxNorm">The largest norm allowed, above 0.</param>
    /// <param name="averages">The averages; they may be of other parameters, too.</param>
    /// <exception cref="ArgumentException">The lists of an average differ in length.</exception>
    public static void Step(OptimizerHelper optimizer, IReadOnlyList<Tensor> gradients, Tensor? norm, double maxNorm, IReadOnlyList<MovingAverage> averages)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(averages);
        if (!(maxNorm > 0)) throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "The largest norm must be above 0.");
        foreach (var average in averages) average.Validate();
        if (enabled) Backend.Step(optimizer, gradients, norm, maxNorm, averages);
        else PlainOps.Step(optimizer, gradients, norm, maxNorm, averages);
    }

    /// <summary>Moves each average towards its parameter: shadow = decay shadow + (1 - decay) parameter. In place, without a graph.</summary>
    /// <param name="shadows">The averages.</param>
    /// <param name="parameters">The parameters, in the same order.</param>
    /// <param name="decay">From 0 (copy) to 1 (keep).</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static void Ema(IReadOnlyList<Tensor> shadows, IReadOnlyList<Tensor> parameters, double decay)
    {
        ArgumentNullException.ThrowIfNull(shadows);
        ArgumentNullException.ThrowIfNull(parameters);
        new MovingAverage(shadows, parameters, decay).Validate();
        if (enabled) Backend.Ema(shadows, parameters, decay);
        else PlainOps.Ema(shadows, parameters, decay);
    }
}
