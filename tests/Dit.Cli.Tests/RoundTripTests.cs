using Dit.Core;
using Dit.Data;

namespace Dit.Cli.Tests;

/// <summary>Train, sample, generate, convert and look at the result, as a person would.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_run_needs_nothing_but_its_folder()
    {
        var trained = await TrainAsync(6, "--json");
        Assert.Equal(6, (int)trained.Json["step"]!);
        Assert.All(new[] { "config.json", "classes.json", "metrics.jsonl", "report.html", "step-0000006" }, name => Assert.True(Path.Exists(Path.Combine(_folder["run"], name)), name));
        Assert.Equal(6, File.ReadLines(Path.Combine(_folder["run"], "metrics.jsonl")).Count());
        Assert.Equal(["female", "male"], ClassList.Load(Path.Combine(_folder["run"], "classes.json")));
        Directory.Delete(_folder["faces"], recursive: true);

        var sampled = await Invocation.SucceedAsync("sample", "--checkpoint", _folder["run"], "--labels", "male", "FEMALE", "1", "--steps", "3", "--seed", "7", "--ema", "--out", _folder["a.png"], "--json");
        Assert.Equal(["male", "female", "male"], sampled.Json["labels"]!.AsArray().Select(l => (string)l!));
        var grid = PixelImage.Load(_folder["a.png"]);
        Assert.Equal((16 + 4, 3 * 16 + 4 * 2, 3), (grid.Height, grid.Width, grid.Channels));

        var generated = await Invocation.SucceedAsync("generate", "-c", _folder["run"], "--labels", "female", "male", "male", "--ema", "--steps", "3", "--seed", "7", "--gif", "--out", _folder["g"], "--json");
        Assert.Equal(["00007-female.png", "00008-male.png", "00009-male.png"], generated.Json["files"]!.AsArray().Select(f => (string)f!));
        Assert.Equal(["00007-female.png", "00008-male.png", "00009-male.png", "denoising.gif"], Directory.GetFiles(_folder["g"]).Select(Path.GetFileName).Order());
    }

    /// The same weights give the same picture from the run, from each form that they are converted to, and in batches of any size.
    [Fact]
    public async Task Every_form_of_the_weights_draws_the_same_picture()
    {
        await TrainAsync(6);
        var expected = await DrawAsync(_folder["run"]);
        Assert.Equal(expected, await DrawAsync(_folder["run"], "--batch", "1"));
        Assert.NotEqual(expected, await DrawAsync(_folder["run"], "--ema", "false"));
        Assert.NotEqual(expected, await DrawAsync(_folder["run"], "--guidance", "1"));
        Assert.NotEqual(expected, await DrawAsync(_folder["run"], "--sampler", "Heun"));

        await Invocation.SucceedAsync("convert", _folder["run"], _folder["own.safetensors"]);
        await Invocation.SucceedAsync("convert", _folder["own.safetensors"], _folder["official.safetensors"], "--to", "Official");
        await Invocation.SucceedAsync("convert", _folder["official.safetensors"], _folder["diffusers"], "--to", "Diffusers", "--model", "heads=2", "imageSize=16", "labelDropout=0.1");
        Assert.Equal(_folder["back.safetensors"], (string)(await Invocation.SucceedAsync("convert", _folder["diffusers"], _folder["back.safetensors"], "--json")).Json["path"]!);
        Assert.Equal(expected, await DrawAsync(_folder["own.safetensors"]));
        Assert.Equal(expected, await DrawAsync(_folder["back.safetensors"]));
        using var back = DitModel.Load(_folder["back.safetensors"]);
        using var averaged = DitModel.Load(Path.Combine(_folder["run"], "step-0000006", "ema.safetensors"));
        foreach (var (name, value) in averaged.state_dict().Where(t => t.Key != "pos_embed"))           // which diffusers computes
            Assert.True(value.bytes.SequenceEqual(back.state_dict()[name].bytes), name);
    }

    [Fact]
    public async Task A_training_goes_on_from_its_folder_alone()
    {
        await TrainAsync(4);
        var further = await Invocation.SucceedAsync("train", "--config", Path.Combine(_folder["run"], "config.json"), "--steps", "7", "--json");
        Assert.Contains("goes on at step 4", further.Error, StringComparison.Ordinal);
        Assert.Equal(7, (int)further.Json["step"]!);

        var before = await DrawAsync(_folder["run"]);
        Directory.Delete(_folder["run"], recursive: true);
        await TrainAsync(7);
        Assert.Equal(before, await DrawAsync(_folder["run"]));
    }

    [Fact]
    public async Task Images_that_cannot_be_read_are_named_at_the_end()
    {
        var bad = Path.Combine(Faces.Create(_folder), "male", "3.png");
        File.WriteAllBytes(bad, File.ReadAllBytes(bad)[..60]);
        string[] train = ["train", "--data", _folder["faces"], "--out", _folder["run"], "--steps", "3", "--json", .. Faces.Small];       // an epoch
        Assert.Contains(bad, (await Invocation.RunAsync(train)).LastError, StringComparison.Ordinal);
        var trained = await Invocation.SucceedAsync([.. train, "--on-bad-image", "Skip"]);
        Assert.Equal([bad], trained.Json["badImages"]!.AsArray().Select(b => (string)b!));
        Assert.Contains($"1 images could not be read: {bad}", trained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_without_classes()
    {
        Faces.Create(_folder);
        await Invocation.SucceedAsync(["train", "--data", Path.Combine(_folder["faces"], "male"), "--out", _folder["run"], "--steps", "2", .. Faces.Small]);
        Assert.False(File.Exists(Path.Combine(_folder["run"], "classes.json")));
        await Invocation.SucceedAsync("sample", "-c", _folder["run"], "--count", "5", "--columns", "2", "--steps", "2", "--out", _folder["a.png"]);
        Assert.Equal(3 * 16 + 4 * 2, PixelImage.Load(_folder["a.png"]).Height);
        Assert.Equal(2, (await Invocation.RunAsync("sample", "-c", _folder["run"], "--labels", "male")).ExitCode);
        Assert.Equal(2, (await Invocation.RunAsync("sample", "-c", _folder["run"], "--guidance", "3", "--out", _folder["b.png"])).ExitCode);
    }

    [Fact]
    public async Task Latents_are_cached_trained_on_and_decoded()
    {
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8], LayersPerBlock = 1, NormGroups = 4 })) vae.Save(_folder["vae.safetensors"]);
        string[] cached = ["data", "cache", Faces.Create(_folder), "--vae", _folder["vae.safetensors"], "--size", "16", "--out", _folder["latents"], "--json"];
        var cache = (await Invocation.SucceedAsync(cached)).Json;
        Assert.Equal((12, "4,8,8"), ((int)cache["count"]!, string.Join(',', cache["shape"]!.AsArray())));

        string[] small = [.. Faces.Small[2..]];                                                    // latents have a size
        var train = (string[])["train", "--data", _folder["latents"], "--vae", _folder["vae.safetensors"], "--out", _folder["run"], "--steps", "2", "--sample-every", "1", .. small];
        await Invocation.SucceedAsync(train);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder["run"], "samples"), "*.png", SearchOption.AllDirectories).Length);
        await Invocation.SucceedAsync("sample", "-c", _folder["run"], "--labels", "male", "--steps", "2", "--out", _folder["a.png"]);
        Assert.Equal((16 + 4, 16 + 4), (PixelImage.Load(_folder["a.png"]).Height, PixelImage.Load(_folder["a.png"]).Width));

        var pixels = await Invocation.RunAsync(["train", "--data", _folder["faces"], "--vae", _folder["vae.safetensors"], "--out", _folder["other"], .. small]);
        Assert.Equal(2, pixels.ExitCode);
        Assert.Contains("dit data cache", pixels.LastError, StringComparison.Ordinal);
        using (var other = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8], LayersPerBlock = 1, NormGroups = 4, ScalingFactor = 2 })) other.Save(_folder["vae.safetensors"]);
        Assert.Contains("another codec", (await Invocation.RunAsync(train)).LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Information()
    {
        await TrainAsync(1);
        var run = (await Invocation.SucceedAsync("info", _folder["run"], "--json")).Json;
        using var model = DitModel.Load(Path.Combine(_folder["run"], "step-0000001", "model.safetensors"));
        Assert.Equal(model.parameters().Sum(p => p.numel()), (long)run["parameters"]!);
        Assert.Equal("Flow", (string)run["objective"]!);
        // The official DiT-XL/2 has 675,129,632 parameters, 18,448 of them for the learned variance.
        Assert.Equal(675_129_632 - 18_448, (long)(await Invocation.SucceedAsync("info", "DiT-XL/2", "--json")).Json["parameters"]!);
        Assert.Contains("libtorch", (await Invocation.SucceedAsync("info")).Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Invocation> TrainAsync(int steps, params string[] more) =>
        Invocation.SucceedAsync(["train", "--data", Faces.Create(_folder), "--out", _folder["run"], "--steps", $"{steps}", "--sample-every", "3", .. Faces.Small, .. more]);

    private async Task<byte[]> DrawAsync(string checkpoint, params string[] more)
    {
        await Invocation.SucceedAsync(["sample", "-c", checkpoint, "--labels", "0", "1", "1", "--steps", "3", "--seed", "3", "--out", _folder["drawn.png"], .. more]);
        return await File.ReadAllBytesAsync(_folder["drawn.png"]);
    }
}
