using System.CommandLine;
using Dit.Benchmarks;
using TorchSharp;

var threads = new Option<int>("--threads") { Description = "Threads of either side.", DefaultValueFactory = _ => Environment.ProcessorCount };
var only = new Option<string[]>("--only")
{
    Description = "Only cells with all these words in their names, such as: --only mnist train",
    AllowMultipleArgumentsPerToken = true,
};
var quick = new Option<bool>("--quick") { Description = "5 short rounds instead of 9: about a third of the time, for a first look." };
var python = new Option<string>("--python") { Description = "The Python that has PyTorch.", DefaultValueFactory = _ => "/usr/bin/python3" };
var output = new Option<string?>("--output") { Description = "Where the results go instead of benchmarks/results/latest.json." };

var root = new RootCommand("Dit against PyTorch: operator calls, training steps and sampling steps, both sides in turns.") { only, quick, threads, python, output };
root.SetAction(result => Benchmark.Run(new()
{
    Only = result.GetValue(only) ?? [],
    Threads = result.GetValue(threads),
    Rounds = result.GetValue(quick) ? 5 : 9,
    SecondsPerTurn = result.GetValue(quick) ? 0.3 : 1,
    Python = result.GetValue(python)!,
    Output = result.GetValue(output),
}));

var device = new Option<string>("--device") { Description = "Where models are: cpu or cuda.", DefaultValueFactory = _ => "cpu" };
var graphs = new Option<bool>("--graphs") { Description = "Steps are recorded as CUDA graphs." };
var worker = new Command("worker", "Dit's side, started by the benchmark itself.") { threads, device, graphs };
worker.Hidden = true;
worker.SetAction(result => Worker.Serve(result.GetValue(threads), torch.device(result.GetValue(device)!), result.GetValue(graphs), Console.In, Console.Out));
root.Add(worker);

var rounds = new Option<int>("--rounds") { Description = "Turns of each side.", DefaultValueFactory = _ => 5 };
var load = new Command("load", "Loading weights of the size of DiT-XL/2 (2.7 GB): Dit against torch.load.") { rounds, threads, python };
load.SetAction(result => LoadBenchmark.Run(result.GetValue(rounds), result.GetValue(threads), result.GetValue(python)!));
root.Add(load);
root.Add(CudaBenchmark.Command(rounds, only, python));
root.Add(ImagesBenchmark.Command(rounds, python));
root.Add(DataBenchmark.Command(rounds));
root.Add(SamplersBenchmark.Command(threads));
root.Add(TrainerBenchmark.Command(threads));
root.Add(TrainerBenchmark.SoakCommand(threads));

var scaling = new Command("scaling", "How the time of our training step grows with tokens, width and batch.") { threads };
scaling.SetAction(result => ScalingBenchmark.Run(result.GetValue(threads)));
root.Add(scaling);

return root.Parse(args).Invoke();
