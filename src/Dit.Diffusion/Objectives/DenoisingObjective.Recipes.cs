namespace Dit.Diffusion;

public sealed partial class DenoisingObjective
{
    /// <summary>
    /// The official DiT's: 1000 linear betas, the noise, every step equally often, learned variance by the hybrid loss (Peebles and Xie 2023, section 4).
    /// </summary>
    /// <remarks>The model needs <c>LearnedVariance = true</c>.</remarks>
    public static DenoisingObjective OfficialDit() =>
        new(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps()) { Bound = BoundLoss.Hybrid };

    /// <summary>The panda's: as <see cref="OfficialDit"/>, but with an L1 error and no variance (masquerlin/DiT-Train).</summary>
    public static DenoisingObjective Panda() =>
        new(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps()) { Error = ErrorMeasure.L1 };

    /// <summary>EDM's: the data, by a preconditioned network, at lognormal noise levels (Karras et al. 2022, table 1).</summary>
    /// <param name="sigmaData">The standard deviation of the data, above 0. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is not finite or not above 0.</exception>
    public static DenoisingObjective Edm(double sigmaData = 0.5) =>
        new(new EdmPath(), Prediction.Sample, new LogitNormalTimesteps(mean: -1.2, std: 1.2))
        {
            Preconditioning = new EdmPreconditioning(sigmaData), Weighting = new EdmWeighting(sigmaData),
        };

    /// <summary>JiT's, for pixels with patches of more numbers than the network is wide: predicts the data, compares velocities (Li and He 2025).</summary>
    public static DenoisingObjective Jit() =>
        new(new RectifiedFlow(), Prediction.Sample, new LogitNormalTimesteps(mean: 0.8, std: 0.8)) { LossSpace = Prediction.FlowVelocity };
}
