using System.IO.Compression;
using System.Text;
using Dit.Core;
using Dit.Data;

namespace Dit.Samples.Tests;

/// <summary>The ImageNet sample at both of its sizes, for a few steps.</summary>
public sealed class ImageNetTests
{
    [Fact]
    public async Task Small_trains_exports_and_draws_and_draws_again_from_the_export()
    {
        using var sample = new Sample("ImageNet");
        var output = await sample.RunAsync("--small", "--out", ".", "--steps", "2", "--samples", "12", "--sampler-steps", "2");
        Assert.Contains("sigma-data 1.0", output, StringComparison.Ordinal);
        using (var model = DitModel.Load(sample["model.pt"], config => config with { Heads = 4 }))
            Assert.Equal((12, 16, 10, true), (model.Config.Channels, model.Config.ImageSize.Height, model.Config.Classes, model.Config.LearnedVariance));
        Assert.Equal((12, 64, 64), Pictures(sample["samples.npz"]));
        Assert.True(File.Exists(sample["samples.png"]));

        output = await sample.RunAsync("--small", "--out", ".", "--steps", "3", "--samples", "0");          // goes on
        Assert.Contains("step 3  loss", output, StringComparison.Ordinal);
        Assert.DoesNotContain("step 1 ", output, StringComparison.Ordinal);
        await sample.RunAsync("--small", "--out", "again", "--steps", "0", "--init", "model.pt", "--samples", "3", "--sampler-steps", "2");
        Assert.Equal((3, 64, 64), Pictures(sample["again/samples.npz"]));
    }

    [Fact]
    public async Task Full_encodes_with_an_autoencoder_and_takes_a_preset()
    {
        using var sample = new Sample("ImageNet");
        Directory.CreateDirectory(sample["vae"]);
        using (var vae = new AutoencoderKL(new AutoencoderConfig { BlockWidths = [4, 4, 4, 4], LayersPerBlock = 1, NormGroups = 4 })) vae.Save(sample["vae/diffusion_pytorch_model.safetensors"]);
        for (var i = 0; i < 6; i++) new PixelImage(new byte[90 * 70 * 3], 90, 70, 3).Save(sample[$"pictures/{i % 2}/{i}.png"]);
        await sample.RunAsync(
            "--data", "pictures", "--vae", "vae", "--out", ".", "--model", "DiT-S/8", "--size", "64", "--batch", "4", "--steps", "1", "--samples", "5", "--sampler-steps", "1");
        Assert.Equal((5, 64, 64), Pictures(sample["samples.npz"]));
        using (var latents = new LatentCache(sample["latents"]))
        {
            Assert.Equal((6, LatentContent.Moments, true), (latents.Count, latents.Content, latents.HasMirrored));
            Assert.Equal([4L, 8, 8], latents.LatentShape);
        }
        await sample.RunAsync(
            "--data", "pictures", "--vae", "vae", "--out", "b", "--init", "model.pt", "--size", "64", "--batch", "4", "--steps", "1", "--samples", "0");

        var (code, output) = await sample.TryAsync("--vae", "vae", "--steps", "0");
        Assert.Equal(1, code);
        Assert.Contains("--init", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    /// <summary>Number, height and width of the pictures in arr_0, all bytes of which are there.</summary>
    private static (int Count, int Height, int Width) Pictures(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var bytes = new MemoryStream();
        using (var entry = zip.Entries.Single(e => e.FullName == "arr_0.npy").Open()) entry.CopyTo(bytes);
        var array = bytes.ToArray();
        var start = 10 + array[8] + (array[9] << 8);
        var header = Encoding.ASCII.GetString(array, 10, start - 10);
        Assert.Contains("'descr': '|u1', 'fortran_order': False", header, StringComparison.Ordinal);
        int[] shape = [.. header.Split("'shape': (")[1].Split(')')[0].Split(", ").Select(int.Parse)];
        Assert.Equal(3, shape[3]);
        Assert.Equal(shape.Aggregate(1, (a, b) => a * b), array.Length - start);
        return (shape[0], shape[1], shape[2]);
    }
}
