namespace Dit.Data.Tests;

/// <summary>Small image files whose first pixel tells which they are.</summary>
internal static class Pictures
{
    public static PixelImage Make(byte level, int height = 2, int width = 3, int channels = 3) =>
        new(Enumerable.Range(0, height * width * channels).Select(i => (byte)(level + i)).ToArray(), height, width, channels);

    public static string Write(string path, byte level, int height = 2, int width = 3, int channels = 3)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Make(level, height, width, channels).ToPng());
        return path;
    }

    public static byte Level(this LabeledImage sample) => sample.Image.Pixels.Span[0];
}
