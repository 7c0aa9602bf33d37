using Dit.Diffusion;

namespace Dit.Cli;

/// <summary>The samplers by name.</summary>
internal enum SamplerKind
{
    /// <summary>DPM-Solver++ 2M.</summary>
    DpmSolver,

    /// <summary>UniPC.</summary>
    UniPc,

    /// <summary>Heun's method, two evaluations a step.</summary>
    Heun,

    /// <summary>Euler's method.</summary>
    Euler,

    /// <summary>DDIM.</summary>
    Ddim,

    /// <summary>DDPM, the official DiT's with 250 steps.</summary>
    Ddpm,

    /// <summary>Euler-Maruyama on the stochastic equation, SiT's with 250 steps.</summary>
    EulerMaruyama,
}

internal static class SamplerKindExtensions
{
    /// <summary>A sampler of a number of steps.</summary>
    public static ISampler Create(this SamplerKind kind, int steps, INoiseSource noise) => kind switch
    {
        SamplerKind.UniPc => new UniPcSampler(steps) { Noise = noise },
        SamplerKind.Heun => new HeunSampler(steps) { Noise = noise },
        SamplerKind.Euler => new EulerSampler(steps) { Noise = noise },
        SamplerKind.Ddim => new DdimSampler(steps) { Noise = noise },
        SamplerKind.Ddpm => new DdpmSampler(steps) { Noise = noise },
        SamplerKind.EulerMaruyama => new EulerMaruyamaSampler(steps) { Noise = noise },
        _ => new DpmSolver(steps) { Noise = noise },
    };
}
