using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Dit.Core.Tests;

/// <summary>A checkpoint of an earlier format, whose state has other members, ended the program with an exception of the JSON reader.</summary>
public sealed class OldCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_checkpoint_of_an_earlier_format_is_skipped_with_its_format_in_the_log()
    {
        using (var first = new TrainingRun(_folder["run"]))
            await first.FitAsync(10);
        var state = Path.Combine(_folder["run"], "step-0000010", "state.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(state))!;
        json["format"] = 1;
        json["optimizer"] = new JsonObject { ["learningRate"] = 0.001 };                  // without the kind of optimizer
        await File.WriteAllTextAsync(state, json.ToJsonString());
        var sums = Path.Combine(_folder["run"], "step-0000010", "SHA256SUMS");
        var sum = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(state)));
        await File.WriteAllLinesAsync(sums, (await File.ReadAllLinesAsync(sums)).Select(line => line.EndsWith("state.json", StringComparison.Ordinal) ? $"{sum}  state.json" : line));

        using var log = new MemoryLog();
        using var second = new TrainingRun(_folder["run"], log: log);
        Assert.Throws<CheckpointException>(() => second.Trainer.Resume());
        Assert.Contains(log.Entries, e => e.Level == LogLevel.Warning && e.Text.Contains("is of format 1", StringComparison.Ordinal));
    }
}
