using Dit.Torch;

namespace Dit.Core;

/// <summary>What a model consists of and what it costs: a line per layer, sums, and estimates of memory.</summary>
/// <remarks><see cref="ToString"/> is the table.</remarks>
public sealed record ModelDescription
{
    /// <value>The architecture.</value>
    public required DitConfig Config { get; init; }

    /// <value>Images in a batch, B, for shapes and memory.</value>
    public required int BatchSize { get; init; }

    /// <value>The layers, in the order of the model's state.</value>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <value>What a block takes and gives.</value>
    internal Kept BlockInput { get; init; }

    /// <value>What comes and goes in a training step.</value>
    internal Kept Training { get; init; }

    /// <value>What comes and goes in a forward pass without gradients.</value>
    internal Kept Sampling { get; init; }

    /// <value>Number of parameters, fixed positions among them.</value>
    public long Parameters => Layers.Sum(l => l.Parameters);

    /// <value>Number of the parameters that are trained.</value>
    public long TrainableParameters => Layers.Sum(l => l.TrainableParameters);

    /// <value>
    /// Multiplications with an addition in one forward pass of one image: those of linear layers and of attention's two products. It is what
    /// the paper calls Gflops (there in units of 10^9). A guided sampling step takes twice as many, a training step about three times.
    /// </value>
    public long MultiplyAdds => Layers.Sum(l => l.MultiplyAdds);

    /// <summary>Estimates the memory of a training step of <see cref="DitTrainer"/>, within about a quarter.</summary>
    /// <param name="precision">The precision of the products, <see cref="Precision.Float32"/> or <see cref="Precision.BFloat16"/>.</param>
    /// <param name="activationCheckpointing">Whether blocks are computed again in backward: <see cref="DitModel.ActivationCheckpointing"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision is neither.</exception>
    public MemoryEstimate TrainingMemory(Precision precision = Precision.Float32, bool activationCheckpointing = false)
    {
        var kept = Kept.Sum(Layers);
        var working = Training;
        if (activationCheckpointing)
        {
            var first = Config.ValueResidual ? 0 : -1;                        // a block that keeps everything, as the others need its values
            kept = Kept.Sum(Layers.Where(l => l.Block is null || l.Block == first)) + BlockInput * Config.Depth;
            working += Kept.Sum(Layers.Where(l => l.Block == Config.Depth - 1));
        }
        return new()
        {
            Weights = sizeof(float) * Parameters,
            Gradients = sizeof(float) * TrainableParameters,
            Optimizer = 2 * sizeof(float) * TrainableParameters,
            Average = sizeof(float) * Parameters,
            Activations = kept.Bytes(BatchSize, precision),
            Working = working.Bytes(BatchSize, precision),
        };
    }

    /// <summary>Estimates the memory of a forward pass without gradients, within about a quarter; guidance doubles the batch.</summary>
    /// <param name="precision">The precision of the products, <see cref="Precision.Float32"/> or <see cref="Precision.BFloat16"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision is neither.</exception>
    public MemoryEstimate SamplingMemory(Precision precision = Precision.Float32) => new()
    {
        Weights = sizeof(float) * Parameters,
        Working = (Sampling with { Weights = Kept.Sum(Layers).Weights }).Bytes(BatchSize, precision),
    };

    /// <summary>The table: layers, equal ones of several blocks in one line, then sums and memory.</summary>
    public override string ToString() => DescriptionTable.Of(this);
}
