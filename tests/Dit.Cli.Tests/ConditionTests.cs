using System.Text;
using System.Text.Json.Nodes;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Cli.Tests;

/// <summary>What a model is conditioned on, as a person says it: attributes by name, vectors and tokens by a file.</summary>
public sealed class ConditionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// CelebA's layout with twelve faces: Male and Smiling say which of the two folders, and which of its pictures.
    private string CelebA()
    {
        var faces = Faces.Create(_folder);
        Directory.CreateDirectory(_folder["celeba/img_align_celeba"]);
        var lines = new List<string> { "12", "Male Smiling Young" };
        foreach (var (sex, number) in from sex in new[] { "female", "male" } from number in Enumerable.Range(0, 6) select (sex, number))
        {
            File.Copy(Path.Combine(faces, sex, $"{number}.png"), _folder[$"celeba/img_align_celeba/{sex}{number}.png"], overwrite: true);
            lines.Add($"{sex}{number}.png {(sex == "male" ? 1 : -1)} {(number % 2 == 0 ? 1 : -1)} 1");
        }
        File.WriteAllLines(_folder["celeba/list_attr_celeba.txt"], lines);
        return _folder["celeba"];
    }

    [Fact]
    public async Task Attributes_are_trained_on_together_and_named_in_a_shell()
    {
        string[] train = ["train", "--data", CelebA(), "--attributes", "Smiling", "Male", "--out", _folder["run"], "--sample-every", "3", .. Faces.Small];
        await Invocation.SucceedAsync([.. train, "--steps", "3"]);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder["run"], "samples"), "*.png", SearchOption.AllDirectories));
        var info = (await Invocation.SucceedAsync("info", _folder["run"], "--json")).Json;
        Assert.Equal("Attributes", (string)info["condition"]!);
        Assert.Equal(["Smiling", "Male"], Strings(info["attributes"]!));
        Assert.Equal(4, (int)(await Invocation.SucceedAsync("train", "--out", _folder["run"], "--steps", "4", "--json")).Json["step"]!);    // and goes on

        var run = await GenerateAsync("--labels", "Male+Smiling", "smiling=0.5", "none", "1");
        Assert.Equal(["00007-Male+Smiling.png", "00008-smiling=0.5.png", "00009-none.png", "00010-1.png"], run);

        // The words are what a file says with numbers, in the order of --attributes.
        await File.WriteAllLinesAsync(_folder["c.csv"], ["smiling,male", "1,1", "0.5,0", "", "0,0", "0,1"]);
        Assert.Equal(await DrawAsync("--labels", "Male+Smiling", "smiling=0.5", "none", "1"), await DrawAsync("--conditions", _folder["c.csv"]));
        Assert.NotEqual(await DrawAsync("--labels", "Male"), await DrawAsync("--labels", "Smiling"));
        Assert.NotEqual(await DrawAsync("--labels", "Smiling", "Male"), await DrawAsync("--labels", "Smiling", "Smiling"));
        Assert.Equal(await DrawAsync("--labels", "Smiling", "Male", "Smiling"), await DrawAsync("--count", "3"));        // each alone, in turn
    }

    [Fact]
    public async Task CelebAs_two_classes_have_the_names_that_one_gives_them()
    {
        await Invocation.SucceedAsync(["train", "--data", CelebA(), "--label", "Male", "--classes", "female", "male", "--out", _folder["run"], "--steps", "1", .. Faces.Small]);
        Assert.Equal(["00007-female.png", "00008-male.png"], await GenerateAsync("--labels", "female", "male"));
        var wrong = await Invocation.RunAsync(["train", "--data", CelebA(), "--classes", "a", "b", "c", "--out", _folder["other"], .. Faces.Small]);
        Assert.Equal((2, "error: --classes names 3 classes, but there are 2."), (wrong.ExitCode, wrong.LastError));
    }

    [Fact]
    public async Task All_attributes_and_their_shares()
    {
        var check = (await Invocation.SucceedAsync("data", "check", CelebA(), "--attributes", "all", "--json")).Json;
        Assert.Equal(["Male", "Smiling", "Young"], check["attributes"]!.AsArray().Select(a => (string)a!["name"]!));
        Assert.Equal([0.5, 0.5, 1.0], check["attributes"]!.AsArray().Select(a => (double)a!["mean"]!));
    }

    /// A manifest whose lines have an array each, such as the embeddings of texts; the same as a vector, through a cache of latents, and drawn from each kind of file.
    [Fact]
    public async Task Vectors_come_from_a_manifest_and_for_samples_from_a_file()
    {
        var faces = Faces.Create(_folder);
        await File.WriteAllLinesAsync(_folder["list.jsonl"], Directory.GetFiles(faces, "*.png", SearchOption.AllDirectories).Order().Select((file, i) =>
            new JsonObject { ["path"] = file, ["embedding"] = new JsonArray(i / 6.0, 1 - i / 6.0, 0.5) }.ToJsonString()));
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [8, 8], LayersPerBlock = 1, NormGroups = 4 })) vae.Save(_folder["vae.safetensors"]);
        await Invocation.SucceedAsync("data", "cache", _folder["list.jsonl"], "--attributes", "embedding", "--vae", _folder["vae.safetensors"], "--size", "16", "--out", _folder["latents"]);
        foreach (string[] data in new string[][] { [_folder["list.jsonl"], "--attributes", "embedding", "--size", "16"], [_folder["latents"], "--vae", _folder["vae.safetensors"]] })
        {
            Directory.CreateDirectory(_folder["run"]).Delete(recursive: true);
            await Invocation.SucceedAsync(["train", "--data", .. data, "--condition", "Vector", "--out", _folder["run"], "--steps", "4", .. Faces.Small[2..]]);
            using var rows = tensor(new[] { 1f, 0, 0.5f, 0, 1, 0.5f }, [2, 3]);
            SafeTensors.Save(_folder["c.safetensors"], [new("rows", rows)]);
            await File.WriteAllLinesAsync(_folder["c.csv"], ["1,0,0.5", "0,1,0.5"]);
            await File.WriteAllBytesAsync(_folder["c.npy"], Npy("<f4", "(2, 3)", rows.bytes.ToArray()));
            await File.WriteAllBytesAsync(_folder["d.npy"], Npy("<f8", "(2, 3)", [.. new[] { 1, 0, 0.5, 0, 1, 0.5 }.SelectMany(BitConverter.GetBytes)]));
            var drawn = await DrawAsync("--conditions", _folder["c.safetensors"]);
            foreach (var file in new[] { "c.csv", "c.npy", "d.npy" }) Assert.Equal(drawn, await DrawAsync("--conditions", _folder[file]));
            Assert.NotEqual(drawn, await DrawAsync("--conditions", _folder["c.csv"], "--guidance", "1"));
            await RefusedAsync("give --conditions", "--labels", "Male");
            await RefusedAsync("give --conditions");
        }
    }

    [Fact]
    public async Task Tokens_are_drawn_from_a_file_though_no_data_set_has_them()
    {
        var config = new DitConfig { ImageSize = 8, Channels = 3, PatchSize = 4, Width = 32, Depth = 1, Heads = 2, Block = BlockType.CrossAttention, Condition = ConditionType.Tokens, Classes = 5 };
        using (var model = new DitModel(config)) model.Save(_folder["run"] + ".safetensors");
        using var tokens = randn(2, 4, 5);
        SafeTensors.Save(_folder["c.safetensors"], [new("tokens", tokens)]);
        await File.WriteAllBytesAsync(_folder["c.npy"], Npy("<f4", "(2, 4, 5)", tokens.bytes.ToArray()));
        Assert.Equal(await DrawFromAsync(_folder["run"] + ".safetensors", "--conditions", _folder["c.safetensors"]), await DrawFromAsync(_folder["run"] + ".safetensors", "--conditions", _folder["c.npy"]));

        var train = await Invocation.RunAsync(["train", "--data", CelebA(), "--attributes", "all", "--condition", "Tokens", "--out", _folder["tokens"], .. Faces.Small]);
        Assert.Equal(2, train.ExitCode);
        Assert.Contains("in a program", train.LastError, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder["b.json"], """{ "model": { "condition": "Tokens", "classes": 6, "block": "InContext", "width": 32, "depth": 1, "heads": 2 }, "training": { "batch": 2 } }""");
        await Invocation.SucceedAsync("bench", "--config", _folder["b.json"], "--size", "8", "--steps", "1");
    }

    [Theory]
    [InlineData("There is no attribute 'Bald': the model knows 2 of them, 0 to 1. They are called Smiling, Male", "--labels", "Male+Bald")]
    [InlineData("'Male=2' is no attribute with a strength", "--labels", "Male=2")]
    [InlineData("either --labels or --conditions", "--labels", "Male", "--conditions", "c.csv")]
    [InlineData("There is no 'missing.npy'", "--conditions", "missing.npy")]
    [InlineData("has the shape [1, 3], but the model takes [N, 2]", "--conditions", "three.csv")]
    [InlineData("'words.csv', line 2: 'word' is no number", "--conditions", "words.csv")]
    [InlineData("'ragged.csv', line 2: there are 1 numbers, but 2", "--conditions", "ragged.csv")]
    [InlineData("is no .npy file", "--conditions", "page.npy")]
    [InlineData("should have 48 bytes of numbers, but has 8", "--conditions", "cut.npy")]
    [InlineData("no array of little-endian numbers in C order", "--conditions", "order.npy")]
    [InlineData("ends in '.png'", "--conditions", "a.png")]
    public async Task What_is_wrong_with_conditions_is_said_in_a_line(string expected, params string[] args)
    {
        foreach (var (name, text) in new[] { ("c.csv", "1,0"), ("three.csv", "1,2,3"), ("words.csv", "1,2\nword,2"), ("ragged.csv", "1,2\n1"), ("page.npy", "<html>not found</html>"), ("a.png", "") })
            await File.WriteAllTextAsync(_folder[name], text);
        await File.WriteAllBytesAsync(_folder["cut.npy"], Npy("<f4", "(4, 3)", new byte[8]));
        await File.WriteAllBytesAsync(_folder["order.npy"], Npy(">f4", "(1, 2)", new byte[8]));
        await Invocation.SucceedAsync(["train", "--data", CelebA(), "--attributes", "Smiling", "Male", "--out", _folder["run"], "--steps", "1", .. Faces.Small]);
        var run = await Invocation.RunAsync(["sample", "-c", _folder["run"], "--out", _folder["x.png"], .. args.Select(arg => arg.Contains('.', StringComparison.Ordinal) ? _folder[arg] : arg)]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.LastError.Replace(_folder.Path + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(2, run.Error.TrimEnd().Split('\n').Length);                             // what it draws with, and the error
        Assert.False(File.Exists(_folder["x.png"]));
    }

    [Theory]
    [InlineData("There is no attribute 'Bald'", "--attributes", "Bald")]
    [InlineData("either --label or --attributes", "--attributes", "Male", "--label", "Male")]
    [InlineData("name attributes with --attributes", "--condition", "Vector")]
    [InlineData("the model's condition is classes", "--attributes", "Male", "--condition", "Classes")]
    public async Task What_is_wrong_with_attributes_is_said_before_the_training(string expected, params string[] args)
    {
        var run = await Invocation.RunAsync(["train", "--data", CelebA(), "--out", _folder["run"], .. Faces.Small, .. args]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task Folders_have_no_attributes()
    {
        var run = await Invocation.RunAsync(["train", "--data", Faces.Create(_folder), "--attributes", "Male", "--out", _folder["run"], .. Faces.Small]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Only CelebA and manifests have attributes", run.LastError, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Strings(JsonNode array) => [.. array.AsArray().Select(value => (string)value!)];

    private async Task<IEnumerable<string?>> GenerateAsync(params string[] args)
    {
        await Invocation.SucceedAsync(["generate", "-c", _folder["run"], "--steps", "2", "--seed", "7", "--out", _folder["g"], .. args]);
        return Directory.GetFiles(_folder["g"]).Select(Path.GetFileName).Order(StringComparer.Ordinal);
    }

    private Task<byte[]> DrawAsync(params string[] args) => DrawFromAsync(_folder["run"], args);

    private async Task<byte[]> DrawFromAsync(string checkpoint, params string[] args)
    {
        await Invocation.SucceedAsync(["sample", "-c", checkpoint, "--steps", "2", "--seed", "3", "--out", _folder["drawn.png"], .. args]);
        return await File.ReadAllBytesAsync(_folder["drawn.png"]);
    }

    private async Task RefusedAsync(string expected, params string[] args)
    {
        var run = await Invocation.RunAsync(["sample", "-c", _folder["run"], "--out", _folder["refused.png"], .. args]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.LastError, StringComparison.Ordinal);
    }

    /// numpy.save's file, version 1.0.
    private static byte[] Npy(string type, string shape, byte[] data)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + '\n';
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }
}
