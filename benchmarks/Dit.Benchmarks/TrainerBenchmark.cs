using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Dit.Core;
using Dit.Diffusion;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>What <see cref="DitTrainer"/> costs beyond its steps: observers, checkpoints, and time.</summary>
internal static class TrainerBenchmark
{
    public static Command Command(Option<int> threads)
    {
        var turns = new Option<int>("--turns") { Description = "Steps of the trainings with and without observers.", DefaultValueFactory = _ => 300 };
        var trainer = new Command("trainer", "What the trainer's observers and checkpoints cost.") { turns, threads };
        trainer.SetAction(async (result, _) =>
        {
            Engine.Threads = result.GetValue(threads);
            await Observers(result.GetValue(turns));
            await Checkpoints();
        });
        return trainer;
    }

    public static Command SoakCommand(Option<int> threads)
    {
        var steps = new Option<int>("--steps") { Description = "Steps of the training.", DefaultValueFactory = _ => 2000 };
        var soak = new Command("soak", "A long training at MNIST size: memory, handles and speed from beginning to end.") { steps, threads };
        soak.SetAction(async (result, _) =>
        {
            Engine.Threads = result.GetValue(threads);
            await Soak(result.GetValue(steps));
        });
        return soak;
    }

    /// <summary>Two equal trainings, a step of the one and a step of the other in turns; one has every observer of a run.</summary>
    private static async Task Observers(int turns)
    {
        using var folder = new Folder();
        using var bare = new Training(Workload.All[0], new() { ReportEvery = 1 });
        using var observed = new Training(Workload.All[0], new() { ReportEvery = 1 });
        using var run = new RunObserver(folder.Path, new RunInfo { Model = bare.Model.Config });
        observed.Trainer.Observers.Add(run);
        observed.Trainer.Observers.Add(new ProgressObserver(TextWriter.Null));
        await using var one = bare.Steps();
        await using var other = observed.Steps();
        List<double> without = [], with = [];
        for (var turn = -20; turn < turns; turn++)
        {
            var (x, y) = turn % 2 == 0 ? (await Seconds(one), await Seconds(other)) : Swapped(await Seconds(other), await Seconds(one));
            if (turn < 0)
                continue;
            without.Add(x);
            with.Add(y);
        }
        var ratios = without.Zip(with, (x, y) => 100 * ((y / x) - 1)).ToList();
        Say($"observers, MNIST size    {1000 * Comparison.Quantile(without, 0.5):F2} ms a step without, {1000 * Comparison.Quantile(with, 0.5):F2} ms with: {Comparison.Quantile(ratios, 0.5):F2} % more [{Comparison.Quantile(ratios, 0.25):F2} {Comparison.Quantile(ratios, 0.75):F2}], {100 * ((with.Sum() / without.Sum()) - 1):F2} % in sum");

        static async Task<double> Seconds(IAsyncEnumerator<TrainingProgress> steps)
        {
            var watch = Stopwatch.StartNew();
            await steps.MoveNextAsync();
            return watch.Elapsed.TotalSeconds;
        }

        static (double, double) Swapped(double y, double x) => (x, y);
    }

    /// <summary>DiT-S/2 with a checkpoint every 8 steps: how long the loop stands still for one, and how much longer the steps beside its writing take.</summary>
    private static async Task Checkpoints()
    {
        const int Every = 8;
        using var folder = new Folder();
        using var plain = new Training(Workload.All[1], new());
        var alone = (await plain.Times(Every + 1)).Skip(1).ToList();
        using var saving = new Training(Workload.All[1], new() { CheckpointDirectory = folder.Path, CheckpointEvery = Every, KeepCheckpoints = 1 });
        var times = await saving.Times(4 * Every - 1);
        var step = Comparison.Quantile(alone, 0.5);
        // The time of a step ends with what follows it: a checkpoint's copy is part of the step that it belongs to.
        var stalls = times.Where((_, i) => (i + 1) % Every == 0).Select(t => t - step).ToList();
        var extra = (times.Skip(Every - 1).Sum() - ((times.Count - Every + 1) * step)) / stalls.Count;
        var size = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Say($"checkpoint, DiT-S/2      {size / 1e6:F0} MB, a step takes {step:F3} s; the loop stands still for {Comparison.Quantile(stalls, 0.5):F3} s (at most {stalls.Max():F3} s): {Comparison.Quantile(stalls, 0.5) / step:F2} steps");
        Say($"                         with what the writing takes from the steps beside it, one costs {extra:F2} s: {extra / step:F2} steps");
    }

    private static async Task Soak(int steps)
    {
        using var folder = new Folder();
        using var training = new Training(Workload.All[0], new() { ReportEvery = 1, CheckpointDirectory = folder.Path, CheckpointEvery = 250 });
        using var run = new RunObserver(folder.Path, new RunInfo { Model = training.Model.Config });
        training.Trainer.Observers.Add(run);
        training.Trainer.Observers.Add(new ProgressObserver(TextWriter.Null));
        var times = new List<double>();
        Say($"step    native MB   tensors   managed MB   resident MB   handles   images/s");
        var watch = Stopwatch.StartNew();
        await foreach (var step in training.Trainer.StepsAsync(training.Data, TrainingLength.Steps(steps)))
        {
            if (step.Step > 20)                                                // the first steps are slower: code is compiled, memory is fetched
                times.Add(watch.Elapsed.TotalSeconds);
            watch.Restart();
            if (step.Step % 200 != 0)
                continue;
            var latest = times.TakeLast(200).ToList();
            var rate = latest.Count * training.Data.BatchSize / latest.Sum();
            Say($"{step.Step,5} {Engine.Memory().LiveBytes / 1e6,11:F3} {TorchSharp.torch.Tensor.TotalCount,9} {GC.GetTotalMemory(forceFullCollection: true) / 1e6,12:F2} {Environment.WorkingSet / 1e6,13:F1} {Directory.GetFileSystemEntries("/proc/self/fd").Length,9} {rate,10:F1}");
            watch.Restart();
        }
        var (first, last) = (times.Take(200).Sum(), times.TakeLast(200).Sum());
        Say($"the time of the last 200 steps is that of the first 200 {100 * ((last / first) - 1):+0.0;-0.0} %");
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A trainer on a workload's model, with one batch again and again.</summary>
    private sealed class Training : IDisposable
    {
        public Training(Workload workload, DitTrainerOptions options)
        {
            Model = new DitModel(workload.Config);
            Data = new(workload);
            Trainer = new DitTrainer(Model, new DenoisingObjective(new RectifiedFlow(), Prediction.FlowVelocity, new LogitNormalTimesteps()), options);
        }

        public DitModel Model { get; }

        public OneBatch Data { get; }

        public DitTrainer Trainer { get; }

        /// <summary>Steps without end: the last one of a length has a checkpoint of its own.</summary>
        public IAsyncEnumerator<TrainingProgress> Steps() => Trainer.StepsAsync(Data, TrainingLength.Epochs(1)).GetAsyncEnumerator();

        /// <summary>Seconds of each of so many steps.</summary>
        public async Task<List<double>> Times(int count)
        {
            var times = new List<double>();
            await using var steps = Steps();
            for (var i = 0; i < count; i++)
            {
                var watch = Stopwatch.StartNew();
                await steps.MoveNextAsync();
                times.Add(watch.Elapsed.TotalSeconds);
            }
            return times;
        }

        public void Dispose()
        {
            Trainer.Dispose();
            Model.Dispose();
            Data.Dispose();
        }
    }

    /// <summary>An endless epoch of copies of a workload's batch.</summary>
    private sealed class OneBatch : IBatchSource, IDisposable
    {
        private readonly Tensor _images, _labels;

        public OneBatch(Workload workload) => (_images, _labels) = Inputs.Of(workload, CPU);

        public BatchPosition Position { get; set; }

        public long BatchSize => _images.shape[0];

        public async IAsyncEnumerator<Batch> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            while (true)
            {
                Position = Position with { Batch = Position.Batch + 1 };
                yield return new Batch(_images.clone(), _labels.clone());
            }
        }

        public void Dispose()
        {
            _images.Dispose();
            _labels.Dispose();
        }
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("dit-trainer-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
