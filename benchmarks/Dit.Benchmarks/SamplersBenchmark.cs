using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>What a sampler's loop adds to the network's own time, and whether its memory grows with the steps.</summary>
internal static class SamplersBenchmark
{
    private static readonly (string Name, Func<int, ISampler> Create)[] Samplers =
    [
        ("Euler", steps => new EulerSampler(steps)), ("Heun", steps => new HeunSampler(steps)), ("DDIM", steps => new DdimSampler(steps)),
        ("DDPM", steps => new DdpmSampler(steps)), ("DPM-Solver++ 2M", steps => new DpmSolver(steps)), ("UniPC", steps => new UniPcSampler(steps)),
        ("Euler-Maruyama", steps => new EulerMaruyamaSampler(steps)),
    ];

    public static Command Command(Option<int> threads)
    {
        var command = new Command("samplers", "What the samplers' loops add to the network's own time, at DiT-S/2 with guidance, and their peak memory.") { threads };
        command.SetAction(result => Run(result.GetValue(threads)));
        return command;
    }

    private static void Run(int threads)
    {
        set_num_threads(threads);
        Console.WriteLine("sampler              network s   loop adds    peak MB at 5 and 50 steps (MNIST size)");
        using var large = new Subject(Workload.All.First(w => w.Key == "dit-s2"));
        using var small = new Subject(Workload.All.First(w => w.Key == "mnist"));
        large.Sample(new EulerSampler(2));
        foreach (var (name, create) in Samplers)
        {
            var (network, all) = large.Sample(create(6));
            var (few, many) = (small.Peak(create(5)), small.Peak(create(50)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-20}{network,10:F2}{(all - network) / network,12:P2}{few / 1e6,12:F1}{many / 1e6,8:F1}"));
        }
    }

    /// <summary>A model that is asked for guided samples.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly DitModel _model;
        private readonly Timed _timed;
        private readonly Denoiser _denoiser;
        private readonly Tensor _noise, _labels;

        public Subject(Workload workload)
        {
            _model = new DitModel(workload.Config);
            _timed = new Timed(_model);
            (_noise, _labels) = Inputs.Of(workload, CPU);
            _denoiser = new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new UniformTimesteps())
                .Denoiser(_timed, _labels, workload.Config.Classes).Guided(scale: 4.0);
        }

        /// <returns>Seconds within the network, and in all.</returns>
        public (double Network, double All) Sample(ISampler sampler)
        {
            _timed.Clock.Reset();
            var all = Stopwatch.StartNew();
            sampler.Sample(_denoiser, _noise).Dispose();
            return (_timed.Clock.Elapsed.TotalSeconds, all.Elapsed.TotalSeconds);
        }

        /// <returns>The most bytes of tensors alive at once.</returns>
        public long Peak(ISampler sampler)
        {
            Engine.ResetPeakMemory();
            Sample(sampler);
            return Engine.Memory().PeakBytes;
        }

        public void Dispose()
        {
            _timed.Dispose();
            _model.Dispose();
            _noise.Dispose();
            _labels.Dispose();
        }
    }

    /// <summary>The model, with a clock that runs while it computes.</summary>
    private sealed class Timed(DitModel model) : nn.Module<Tensor, Tensor, Tensor?, Tensor>(nameof(Timed))
    {
        public Stopwatch Clock { get; } = new();

        public override Tensor forward(Tensor x, Tensor t, Tensor? y)
        {
            Clock.Start();
            try
            {
                return model.call(x, t, y)!;
            }
            finally
            {
                Clock.Stop();
            }
        }
    }
}
