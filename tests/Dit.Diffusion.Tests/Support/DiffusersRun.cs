using System.Text.Json;
using Dit.Tests;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Diffusion.Tests;

/// <summary>One run of a diffusers scheduler from a fixture, in our words: its schedule, its network, its grid, its noise, and what came out.</summary>
internal sealed class DiffusersRun : IDisposable
{
    private readonly JsonElement _run;
    private readonly JsonElement _options;

    public DiffusersRun(string fixture, string name)
    {
        (Golden, Name) = (Golden.Open(fixture), name);
        _run = Golden.Config.GetProperty("runs").GetProperty(name);
        _options = _run.GetProperty("config");
        Scheduler = _run.GetProperty("scheduler").GetString()!;
        Steps = _run.GetProperty("steps").ValueKind == JsonValueKind.Number ? _run.GetProperty("steps").GetInt32() : _run.GetProperty("calls").GetInt32();
        Schedule = Scheduler.StartsWith("FlowMatch", StringComparison.Ordinal) ? new RectifiedFlow() : Discrete();
        Network = new Toy(Golden, _run.GetProperty("model").GetString()!);
        Noise = Golden.Has($"{name}.noise") ? new RecordedNoise(Golden[$"{name}.noise"]) : null;
    }

    public static TheoryData<string> Names(string fixture)
    {
        using var golden = Golden.Open(fixture);
        return [.. golden.Config.GetProperty("runs").EnumerateObject().Select(run => run.Name)];
    }

    public Golden Golden { get; }

    public string Name { get; }

    public string Scheduler { get; }

    public int Steps { get; }

    public INoiseSchedule Schedule { get; }

    public Toy Network { get; }

    public RecordedNoise? Noise { get; }

    public INoiseSource Source => (INoiseSource?)Noise ?? new GeneratorNoise();

    public Prediction Prediction => Schedule is RectifiedFlow
        ? Prediction.FlowVelocity
        : Text("prediction_type") switch { "v_prediction" => Prediction.V, "sample" => Prediction.Sample, _ => Prediction.Epsilon };

    public NetworkDenoiser Denoiser => new DenoisingObjective(Schedule, Prediction, new UniformTimesteps()).Denoiser(Network, labels: null, nullClass: null);

    /// <summary>As the scheduler's set_timesteps chooses, before how it ends.</summary>
    public TimeGrid Grid
    {
        get
        {
            if (Flag("use_karras_sigmas")) return TimeGrid.Karras();
            if (Flag("use_lu_lambdas")) return TimeGrid.Exponential();
            var multistep = Scheduler.StartsWith("DPM", StringComparison.Ordinal) || Scheduler.StartsWith("UniPC", StringComparison.Ordinal);
            var continuous = Scheduler.StartsWith("Euler", StringComparison.Ordinal) || Scheduler.StartsWith("Heun", StringComparison.Ordinal);
            var implicitly = Scheduler is "DDIMScheduler" or "DDPMScheduler" ? "leading" : "linspace";
            return new SpacedGrid(Enum.Parse<StepSpacing>(Text("timestep_spacing") ?? implicitly, ignoreCase: true))
            {
                Offset = (int)(Number("steps_offset") ?? 0), OmitsLowest = multistep, Rounds = !continuous,
                Start = Number("lambda_min_clipped") is { } lambda ? Schedule.TimeFromLogSnr(2 * lambda) : 1,
            };
        }
    }

    /// <summary>Its end at the first step of the table in place of the data.</summary>
    public TimeGrid GridWithEnd => Text("final_sigmas_type") == "sigma_min" || (Has("set_alpha_to_one") && !Flag("set_alpha_to_one")) ? Grid.EndingAt(0.001) : Grid;

    /// <summary>Its start, in float64, so that only diffusers' rounding remains. What scales x / alpha there scales x here.</summary>
    public Tensor Start(double time) => Golden["z"].to(ScalarType.Float64) * (_run.GetProperty("init_noise_sigma").GetDouble() is var sigma && sigma == 1 ? 1 : sigma * Schedule.Alpha(time));

    public bool Has(string option) => _options.TryGetProperty(option, out _);

    public bool Flag(string option) => _options.TryGetProperty(option, out var value) && value.GetBoolean();

    public string? Text(string option) => _options.TryGetProperty(option, out var value) ? value.GetString() : null;

    public double? Number(string option) => _options.TryGetProperty(option, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>An argument of the scheduler's step.</summary>
    public double? Argument(string option) =>
        _run.GetProperty("step_kwargs") is { ValueKind: JsonValueKind.Object } kwargs && kwargs.TryGetProperty(option, out var value) ? value.GetDouble() : null;

    public bool ArgumentFlag(string option) =>
        _run.GetProperty("step_kwargs") is { ValueKind: JsonValueKind.Object } kwargs && kwargs.TryGetProperty(option, out var value) && value.GetBoolean();

    public int[] Numbers(string option) => _options.TryGetProperty(option, out var value) ? [.. value.EnumerateArray().Select(e => e.GetInt32())] : [];

    public double[] Recorded(string kind) => Golden[$"{Name}.{kind}"].to(ScalarType.Float64, CPU).data<double>().ToArray();

    /// <summary>The states, what the network said and the times that it was told are the scheduler's, and all of its noise was used.</summary>
    /// <param name="states">Each state, divided by alpha where the scheduler's are.</param>
    public void Verify(IEnumerable<Tensor> states)
    {
        Golden.AssertClose($"{Name}.samples", stack(states));
        Golden.AssertClose($"{Name}.model_outputs", stack(Network.Outputs));
        var between = Flag("use_karras_sigmas") ? 0.05 : 1e-3;                                      // diffusers interpolates ln sigma, we interpolate ln alpha
        foreach (var (expected, told) in Recorded("timesteps").Zip(Network.Times, (expected, told) => (expected, told))) Assert.Equal(expected, told, between);
        Assert.Equal(Recorded("timesteps").Length, Network.Times.Count);
        if (Noise is not null) Assert.InRange(Noise.Count, _run.GetProperty("noise_draws").GetInt32(), Golden[$"{Name}.noise"].shape[0]);
    }

    /// <summary>The grid's sigma / alpha are the scheduler's.</summary>
    public void VerifyGrid(TimeGrid grid)
    {
        if (!Golden.Has($"{Name}.sigmas")) return;
        var expected = Recorded("sigmas").ToList();
        if (Scheduler.StartsWith("Heun", StringComparison.Ordinal))
            for (var i = expected.Count - 2; i > 1; i -= 2) expected.RemoveAt(i);                  // each is there for both evaluations
        double[] times = grid.Times(Steps, Schedule);
        double Own(double t) => Schedule is RectifiedFlow ? t : Schedule.Sigma(t) / Schedule.Alpha(t);
        Assert.Equal(expected.Count, times.Length);
        for (var i = 0; i < times.Length; i++) Assert.InRange(Own(times[i]), expected[i] * (1 - 1e-4), expected[i] * (1 + 1e-4));
    }

    public void Dispose() => Golden.Dispose();

    private DiscreteSchedule Discrete()
    {
        var schedule = DiscreteSchedule.Named(Text("beta_schedule")!, 1000, Number("beta_start") ?? 0, Number("beta_end") ?? 0);
        if (Flag("rescale_betas_zero_snr")) schedule = schedule.WithZeroTerminalSnr();
        double[] bars = [1, .. schedule.AlphaBars];
        if (schedule.HasZeroTerminalSnr && Scheduler != "DDIMScheduler") bars[^1] = Math.Pow(2, -24);       // only DDIM's takes zero
        var rounds = !Scheduler.StartsWith("Euler", StringComparison.Ordinal) && !Scheduler.StartsWith("Heun", StringComparison.Ordinal);
        return new DiscreteSchedule(bars.Skip(1).Select((bar, i) => 1 - bar / bars[i])) { RoundsNetworkTimes = rounds };
    }

    /// <summary>toy(x, t), or that with t / 1000 of its input.</summary>
    internal sealed class Toy : Module<Tensor, Tensor, Tensor?, Tensor>
    {
        private readonly ToyModel toy;
        private readonly bool _noiseLike;

        public Toy(Golden golden, string formula) : base(nameof(Toy))
        {
            toy = new ToyModel(golden, "toy");
            _noiseLike = formula switch
            {
                "toy(xi,t)" => false,
                "(t/1000)*xi + 0.3*toy(xi,t)" => true,
                _ => throw new NotSupportedException(formula),
            };
            RegisterComponents();
        }

        public List<double> Times => toy.Times;

        public List<Tensor> Outputs { get; } = [];

        public override Tensor forward(Tensor x, Tensor t, Tensor? y)
        {
            using var scope = NewDisposeScope();
            var output = toy.call(x, t, y);
            if (_noiseLike) output = (t / 1000).view(-1, 1, 1, 1) * x + 0.3 * output;
            Outputs.Add(output.clone().DetachFromDisposeScope());
            return output.MoveToOuterDisposeScope();
        }
    }
}
