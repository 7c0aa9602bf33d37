using Dit.Data;

namespace Dit.Cli.Tests;

/// <summary>A tiny data set: twelve pictures in the folders female and male.</summary>
internal static class Faces
{
    /// <summary>Arguments of a small model, whose training is one of a second.</summary>
    public static string[] Steps { get; } = ["--size", "16", "--patch-size", "4", "--width", "32", "--depth", "1", "--heads", "2", "--batch", "4", "--workers", "1", "--precision", "Float32"];

    /// <summary>The same, and how fast it learns.</summary>
    public static string[] Small { get; } = [.. Steps, "--learning-rate", "0.01"];

    public static string Create(TemporaryFolder folder)
    {
        foreach (var name in new[] { "female", "male" })
            for (var i = 0; i < 6; i++)
                Picture(name == "male", i).Save(Directory.CreateDirectory(folder[$"faces/{name}"]).FullName + $"/{i}.png");
        return folder["faces"];
    }

    private static PixelImage Picture(bool dark, int number)
    {
        var pixels = new byte[20 * 20 * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((dark ? 40 : 200) + (i * 7 + number * 13) % 40);
        return new(pixels, height: 20, width: 20, channels: 3);
    }
}
