using System.Text.Json.Nodes;

namespace Dit.Cli.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Help_has_examples_and_completion_knows_the_commands()
    {
        foreach (var command in new[] { "train", "sample", "generate", "lr-find", "convert", "download", "info", "bench" })
            Assert.Contains($"dit {command}", (await Invocation.SucceedAsync(command, "--help")).Output.Split("Example")[^1], StringComparison.Ordinal);
        Assert.Contains("dit data check", (await Invocation.SucceedAsync("data", "check", "--help")).Output, StringComparison.Ordinal);
        Assert.Equal("train", (await Invocation.SucceedAsync("[suggest:6]", "dit tra")).Output.Trim());
        Assert.Contains("Usage:", (await Invocation.SucceedAsync()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_and_statistics_of_images()
    {
        var faces = Faces.Create(_folder);
        var clean = (await Invocation.SucceedAsync("data", "check", faces, "--sheet", _folder["sheet.png"], "--json")).Json;
        Assert.Equal((12, true, "Folder"), ((int)clean["count"]!, (bool)clean["clean"]!, (string)clean["kind"]!));
        Assert.Equal(["female", "male"], clean["classes"]!.AsArray().Select(c => (string)c!["name"]!));
        Assert.True(File.Exists(_folder["sheet.png"]));

        await File.WriteAllTextAsync(Path.Combine(faces, "male", "broken.png"), "no image");
        var broken = await Invocation.RunAsync("data", "check", faces, "--json");
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("broken.png", (string)Assert.Single(broken.Json["unreadable"]!.AsArray())!["name"]!, StringComparison.Ordinal);

        // Six pictures have bytes 200 to 239 and six 40 to 79, evenly: means 219.5 and 59.5.
        var found = (await Invocation.SucceedAsync("data", "stats", faces, "--size", "20", "--json")).Json;
        Assert.All(found["mean"]!.AsArray(), mean => Assert.Equal(139.5 / 127.5 - 1, (double)mean!, 0.01));
        Assert.Single(found["unreadable"]!.AsArray());
    }

    [Fact]
    public async Task A_manifest_with_labels_trains_and_its_classes_have_names()
    {
        var faces = Faces.Create(_folder);
        await File.WriteAllLinesAsync(_folder["list.csv"], ["path,gender", .. Directory.GetFiles(faces, "*.png", SearchOption.AllDirectories).Order().Select(f => $"{f},{Path.GetFileName(Path.GetDirectoryName(f))}")]);
        await Invocation.SucceedAsync(["train", "--data", _folder["list.csv"], "--label", "gender", "--out", _folder["run"], "--steps", "1", .. Faces.Small]);
        Assert.Equal(["female", "male"], (await Invocation.SucceedAsync("info", _folder["run"], "--json")).Json["classes"]!.AsArray().Select(c => (string)c!));
    }

    [Fact]
    public async Task The_learning_rate_range_test_draws_its_curve()
    {
        var run = await Invocation.SucceedAsync(["lr-find", "--data", Faces.Create(_folder), "--steps", "12", "--plot", _folder["new/lr.svg"], "--json", .. Faces.Steps]);
        Assert.InRange((double)run.Json["suggestion"]!, 1e-6, 1e-1);
        Assert.Contains("trying rates ", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.Json["losses"]!.AsArray().Count, 2, 12);
        Assert.Equal(run.Json["learningRates"]!.AsArray().Count, run.Json["losses"]!.AsArray().Count);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(_folder["new/lr.svg"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_benchmark_measures_a_configuration()
    {
        await File.WriteAllTextAsync(_folder["c.json"], """{ "model": { "width": 32, "depth": 1, "heads": 2 }, "training": { "batch": 2 } }""");
        var run = await Invocation.SucceedAsync("bench", "--config", _folder["c.json"], "--size", "8", "--steps", "2", "--json");
        Assert.Equal(2, (int)run.Json["batch"]!);
        Assert.Contains("measuring 10/10", run.Error, StringComparison.Ordinal);
        foreach (var name in new[] { "parameters", "trainingImagesPerSecond", "evaluationsPerSecond" }) Assert.True((double)run.Json[name]! > 0, name);
        Assert.Contains("images/s", (await Invocation.SucceedAsync("bench", "--config", _folder["c.json"], "--size", "8", "--steps", "1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_but_the_result_is_apart_from_it()
    {
        var run = await Invocation.SucceedAsync(["train", "--data", Faces.Create(_folder), "--out", _folder["run"], "--steps", "2", "--json", .. Faces.Small]);
        Assert.IsType<JsonObject>(JsonNode.Parse(run.Output));
        Assert.Single(run.Output.TrimEnd().Split('\n'));
        Assert.Contains("training 2/2", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
