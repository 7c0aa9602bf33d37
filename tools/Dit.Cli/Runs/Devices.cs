using System.CommandLine;
using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary>Where it is computed.</summary>
internal static class Devices
{
    /// <summary>The options that every command that computes has.</summary>
    public static (Option<string?> Device, Option<int> Threads) Options(Command command)
    {
        var device = new Option<string?>("--device") { Description = "cpu, cuda or cuda:N. Default: the first GPU, or the processor where there is none." };
        var threads = new Option<int>("--threads") { Description = "Threads of one operator. Default: the engine's choice." };
        command.Options.Add(device);
        command.Options.Add(threads);
        return (device, threads);
    }

    /// <summary>The device that is asked for.</summary>
    /// <exception cref="UsageException">There is none such.</exception>
    public static Device Choose(this (Option<string?> Device, Option<int> Threads) options, ParseResult parsed)
    {
        if (parsed.GetValue(options.Threads) is > 0 and var count) Engine.Threads = count;
        var name = parsed.GetValue(options.Device);
        var isCuda = name?.Split(':')[0] == "cuda";
        if (name is not null && !isCuda && name != "cpu") throw new UsageException($"There is no device '{name}'; say cpu, cuda or cuda:N.");
        if (isCuda && !Engine.Supports(Feature.Cuda)) throw new UsageException("This libtorch has no CUDA device. 'dit info' says what it has.");
        return device(name ?? (Engine.Supports(Feature.Cuda) ? "cuda" : "cpu"));
    }
}
