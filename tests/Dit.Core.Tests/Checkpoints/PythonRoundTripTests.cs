using System.Diagnostics;
using System.Reflection;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

/// <summary>PyTorch itself, run then and there, reads what is written here and writes what is read here.</summary>
public sealed class PythonRoundTripTests : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly string Scripts = Path.Combine(
        typeof(PythonRoundTripTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepoRoot").Value!, "tests", "Dit.Core.Tests", "Checkpoints");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Python_reads_what_is_written_here()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, type) in new[] { ("F64", float64), ("F32", float32), ("F16", float16), ("BF16", bfloat16), ("I64", int64), ("I32", int32), ("I16", int16), ("I8", int8), ("U8", uint8), ("BOOL", ScalarType.Bool) })
        {
            var values = (arange(24, float32).reshape(2, 3, 4) - (type == uint8 ? 0 : 7)).to(type);
            tensors.Add(name, values);
            tensors.Add($"{name}.transposed", values.transpose(0, 2));
            tensors.Add($"{name}.scalar", values[1, 1, 1]);
            tensors.Add($"{name}.empty", values.narrow(0, 0, 0));
        }
        tensors.Add("é \"q\" 漢", tensor([1f / 3, float.PositiveInfinity, float.NegativeInfinity, -0f]));
        SafeTensors.Save(_folder["t.safetensors"], tensors, new Dictionary<string, string> { ["format"] = "pt", ["é \"q\" 漢"] = "line\nbreak" });
        Assert.Equal("41", Run("read_safetensors.py", _folder["t.safetensors"]).Trim());
    }

    [Fact]
    public void What_Python_writes_is_read_here()
    {
        Run("write_checkpoints.py", _folder.Path);
        var files = Directory.GetFiles(_folder.Path, "*.pt");
        Assert.Equal(25, files.Length);
        foreach (var path in files)
        {
            using var file = TensorFile.Open(path);
            RawTensor.AssertEqual(RawTensor.ReadFile(Path.ChangeExtension(path, ".safetensors")), RawTensor.ReadAll(file));
        }
        using var official = PyTorchFile.Open(_folder["official.zip.pt"]);
        var arguments = official.Root["args"]!;
        Assert.Equal("argparse.Namespace", arguments.TypeName);
        Assert.Equal(("DiT-XL/2", 256L, 1e-4, null), (arguments["model"]!.Value, arguments["image_size"]!.Value, arguments["lr"]!.Value, arguments["resume"]!.Value));
        Assert.Equal(1e-4, official.Root["opt"]!["param_groups"]!.Items[0]["lr"]!.Value);
        Assert.Contains("opt.state.3.exp_avg_sq", official.Entries.Keys);
    }

    private static string Run(string script, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Scripts, script), argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result.Contains("No module named 'torch'", StringComparison.Ordinal)
                ? $"{Python} has no PyTorch: install python3-torch (apt-get install python3-torch)."
                : $"{script} failed: {errors.Result}");
            return output;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{Python} is missing: install python3-torch (apt-get install python3-torch).", e);
        }
    }
}
