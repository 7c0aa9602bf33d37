using System.Buffers.Binary;
using System.Diagnostics;

namespace Dit.Data.Tests;

/// <summary>Files that are damaged, or made to hurt: an image or an error with the file's path, soon, and in bounded memory.</summary>
[Trait("Category", "Fuzz")]
public sealed class HostileImageTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);       // a busy machine
    private const long Bounded = 1L << 30;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mutated_files_are_an_image_or_an_error_with_their_path()
    {
        var random = new Random(1);
        var names = PillowCases.Files.Where(n => !n.StartsWith("crop", StringComparison.Ordinal) || n.EndsWith(".jpg", StringComparison.Ordinal)).ToArray();
        var (refused, decoded) = (0, 0);
        for (var round = 0; round < 600; round++)
        {
            var name = names[round % names.Length];
            var data = Mutate(PillowCases.File(name), round % 4, random);
            if (Survives($"{round}-{name}", data)) decoded++;
            else refused++;
        }
        Assert.True(refused > 150 && decoded > 50, $"{refused} refused, {decoded} decoded: the mutations are too many or too few.");
    }

    [Theory]
    [InlineData("rgb.png"), InlineData("420.jpg"), InlineData("progressive.jpg"), InlineData("lossy.webp"), InlineData("rgb.bmp"), InlineData("rgb.tiff"), InlineData("a.gif")]
    public void A_truncated_file_is_refused(string name)
    {
        var whole = PillowCases.File(name);
        foreach (var part in new[] { 0.0, 0.1, 0.3, 0.6, 0.8 })
        {
            Assert.False(Survives($"{part}-{name}", whole[..(int)(whole.Length * part)]), $"{part} of {name} was taken for an image.");
            if (name.EndsWith(".jpg", StringComparison.Ordinal))
                Assert.Throws<InvalidDataException>(() => PixelImage.Decode(whole.AsSpan(0, (int)(whole.Length * part)), new FixedCrop(TopRows(43, 61))));
        }
    }

    /// The damage lies below the rows that this crop needs.
    private static CropPlan TopRows(int height, int width) =>
        new() { Source = ImageRegion.Whole(height, width), Height = height, Width = width, Window = new(0, 0, 3, width) };

    [Fact]
    public void Huge_promises_are_refused_before_anything_is_allocated()
    {
        var before = PeakMemory();
        var jpeg = PillowCases.File("420.jpg").ToArray();
        var start = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(start + 5), 60000);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(start + 7), 60000);
        var bmp = PillowCases.File("rgb.bmp").ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 60000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), 60000);
        var cases = new (string Name, byte[] Data, string Expected)[]
        {
            ("huge.png", Pngs.Black(60000, 60000, data: [1, 2, 3]), "60000 x 60000 = 3600000000 pixels"),
            ("huge.jpg", jpeg, "60000 x 60000 = 3600000000 pixels"),
            ("huge.bmp", bmp, "60000 x 60000 = 3600000000 pixels"),
            ("bomb.png", Pngs.Black(20000, 20000), "20000 x 20000 = 400000000 pixels"),
        };
        foreach (var (name, data, expected) in cases)
        {
            File.WriteAllBytes(_folder[name], data);
            var error = Assert.Throws<InvalidDataException>(() => PixelImage.Load(_folder[name]));
            Assert.Contains(_folder[name], error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
            Assert.Throws<InvalidDataException>(() => PixelImage.Load(_folder[name], new AdmCenterCrop(8)));
        }
        Assert.InRange(PeakMemory() - before, 0, 400 << 20);
    }

    [Fact]
    public void Strange_files_end_well()
    {
        var png = PillowCases.File("rgb.png");
        var jpeg = PillowCases.File("orientation-6.jpg");
        var exif = jpeg.AsSpan().IndexOf("Exif"u8);
        var damagedExif = jpeg.ToArray();
        damagedExif.AsSpan(exif + 6, 20).Fill(0xFF);
        var gif = PillowCases.File("a.gif").ToArray();
        gif.AsSpan(6, 4).Fill(0xEA);        // a screen of 60138 x 60138, in which a small image lies
        Survives("huge.gif", gif);
        Assert.True(Survives("wrong-extension.gif", png));
        Assert.True(Survives("damaged-exif.jpg", damagedExif));
        Assert.True(Survives("damaged-profile.png", Pngs.WithProfile(png, [.. Pngs.RedGreenExchanged()[..200], 1, 2, 3])));
        Survives("text-bomb.png", Pngs.With(png, "zTXt", [(byte)'t', 0, 0, .. Pngs.Deflated(new byte[200_000_000])]));
        Survives("profile-bomb.png", Pngs.WithProfile(png, new byte[200_000_000]));
        Survives("within-the-limit.png", Pngs.Black(9000, 9000));
        Assert.False(Survives("no-bytes.png", []));
        Assert.False(Survives("zeros.jpg", new byte[1000]));
        Assert.False(Survives("vector.png", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray()));
        Assert.False(Survives("scans.jpg", ManyScans(PillowCases.File("progressive.jpg"), 20000)));
        Assert.Throws<FileNotFoundException>(() => PixelImage.Load(_folder["missing.png"]));
        Assert.Throws<FileNotFoundException>(() => ImageInfo.Read(_folder["missing.png"]));
    }

    /// libvips takes long, up to the square of their number, to leave rows out.
    [Fact]
    public void The_middle_of_a_tall_image_takes_no_longer_than_all_of_it()
    {
        var file = PillowCases.File("a.gif").ToArray();
        file[file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2C, 0, 0, 0, 0, 37, 0, 26, 0]) + 8] = 0xC5;        // 50458 rows, of which 26 are there
        var whole = Time(() => PixelImage.Decode(file));
        var middle = Time(() => PixelImage.Decode(file, new AdmCenterCrop(16)));
        Assert.True(middle < 8 * whole + TimeSpan.FromSeconds(0.5), $"The whole took {whole}, the middle {middle}.");

        static TimeSpan Time(Action action)
        {
            return Enumerable.Range(0, 4).Min(_ =>
            {
                var watch = Stopwatch.StartNew();
                action();
                return watch.Elapsed;
            });
        }
    }

    [Fact]
    public void A_cmyk_file_is_read_as_rgb()
    {
        var image = PixelImage.Decode(Cmyk.Jpeg);
        Assert.Equal((16, 16, 3), (image.Height, image.Width, image.Channels));
        Assert.InRange(image.Pixels.Span[0], 180, 255);
        Assert.InRange(image.Pixels.Span[1], 0, 110);
        Assert.InRange(image.Pixels.Span[2], 0, 110);
    }

    /// Repeats the last scan of a progressive file.
    private static byte[] ManyScans(byte[] jpeg, int times)
    {
        var last = jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var scan = jpeg[last..^2];
        using var file = new MemoryStream();
        file.Write(jpeg.AsSpan(0, last));
        for (var i = 0; i < times; i++) file.Write(scan);
        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    private static byte[] Mutate(byte[] data, int how, Random random)
    {
        data = data.ToArray();
        switch (how)
        {
            case 0:
                for (var i = random.Next(1, 8); i > 0; i--) data[random.Next(data.Length)] = (byte)random.Next(256);
                return data;
            case 1:
                for (var i = random.Next(1, 4); i > 0; i--) data[random.Next(Math.Min(data.Length, 80))] ^= (byte)(1 << random.Next(8));      // in the header
                return data;
            case 2:
                return data[..random.Next(data.Length)];
            default:
                var (from, length) = (random.Next(data.Length), random.Next(1, 200));
                random.NextBytes(data.AsSpan(from, Math.Min(length, data.Length - from)));
                return data;
        }
    }

    /// <returns>Whether it was an image.</returns>
    private bool Survives(string name, byte[] data)
    {
        var path = _folder[name];
        File.WriteAllBytes(path, data);
        var (watch, before) = (Stopwatch.StartNew(), PeakMemory());
        Try(() => ImageInfo.Read(path));
        Try(() => PixelImage.Load(path, new AdmCenterCrop(16), options: new() { ShrinkToSide = 16, Channels = 3 }));
        Try(() => PixelImage.Load(path, new AdmCenterCrop(16)));
        var image = Try(() => PixelImage.Load(path));
        Assert.True(watch.Elapsed < Soon, $"{name} took {watch.Elapsed}.");
        Assert.True(PeakMemory() - before < Bounded, $"{name} took {PeakMemory() - before} bytes.");
        File.Delete(path);
        return image;

        bool Try(Func<object> read)
        {
            try
            {
                read();
                return true;
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
                return false;
            }
        }
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
