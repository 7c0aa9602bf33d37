using Dit.Diffusion;

namespace Dit.Cli;

/// <summary>What a model learns, by the names of known recipes.</summary>
internal enum ObjectiveKind
{
    /// <summary>Rectified flow with logit-normal times (Stable Diffusion 3).</summary>
    Flow,

    /// <summary>The official DiT's: linear betas, the noise, learned variance by the hybrid loss.</summary>
    OfficialDit,

    /// <summary>Linear betas, the noise, squared error (Ho et al. 2020).</summary>
    Ddpm,

    /// <summary>As Ddpm, with an absolute error.</summary>
    Panda,

    /// <summary>The data predicted, velocities compared: for pixels with large patches (JiT).</summary>
    Jit,
}

internal static class ObjectiveKindExtensions
{
    /// <summary>The objective of a recipe.</summary>
    public static DenoisingObjective Create(this ObjectiveKind kind) => kind switch
    {
        ObjectiveKind.OfficialDit => DenoisingObjective.OfficialDit(),
        ObjectiveKind.Ddpm => new(DiscreteSchedule.Linear(), Prediction.Epsilon, new UniformTimesteps()),
        ObjectiveKind.Panda => DenoisingObjective.Panda(),
        ObjectiveKind.Jit => DenoisingObjective.Jit(),
        _ => new(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps()),
    };
}
