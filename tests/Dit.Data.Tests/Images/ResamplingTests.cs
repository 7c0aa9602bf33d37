namespace Dit.Data.Tests;

public sealed class ResamplingTests
{
    private static PixelImage Noise(int height, int width, int channels, Random random)
    {
        var pixels = new byte[height * width * channels];
        random.NextBytes(pixels);
        return new(pixels, height, width, channels);
    }

    /// The definition, one output at a time: weights normalised, rounded to 22 fractional bits, sums rounded to bytes.
    private static byte[] Definition(byte[] pixels, int inputs, int outputs, int inner, double support, Func<double, double> filter)
    {
        var outer = pixels.Length / (inputs * inner);
        var result = new byte[outer * outputs * inner];
        var scale = (double)inputs / outputs;
        var wide = Math.Max(scale, 1);
        for (var o = 0; o < outputs; o++)
        {
            var centre = (o + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support * wide + 0.5));
            var last = Math.Min(inputs, (int)(centre + support * wide + 0.5));
            var weights = Enumerable.Range(first, last - first).Select(i => filter((i - centre + 0.5) / wide)).ToArray();
            var total = weights.Sum();
            var rounded = weights.Select(w => (long)Math.Round(w / total * (1 << 22), MidpointRounding.AwayFromZero)).ToArray();
            for (var a = 0; a < outer; a++)
                for (var b = 0; b < inner; b++)
                {
                    var sum = rounded.Select((w, t) => w * pixels[(a * inputs + first + t) * inner + b]).Sum();
                    result[(a * outputs + o) * inner + b] = (byte)Math.Clamp((sum + (1 << 21)) >> 22, 0, 255);
                }
        }
        return result;
    }

    private static double Keys(double x) => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;

    private static readonly (int, int, int, int)[] Changes =
    [
        (1, 1, 1, 1), (1, 1, 5, 9), (40, 37, 1, 1), (64, 64, 32, 32), (33, 65, 16, 32), (5, 400, 4, 3), (700, 6, 2, 6), (17, 90, 17, 61), (90, 17, 61, 17),
        (23, 29, 100, 83), (50, 120, 49, 119),
    ];

    public static TheoryData<int, int, int, int, int> Sizes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int>();
            foreach (var channels in new[] { 1, 3 })
                foreach (var (height, width, newHeight, newWidth) in Changes) data.Add(height, width, newHeight, newWidth, channels);
            return data;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_resize_is_its_definition(int height, int width, int newHeight, int newWidth, int channels)
    {
        var image = Noise(height, width, channels, new Random(height * 1000 + width));
        var filters = new (ResampleFilter Filter, double Support, Func<double, double> At)[]
        {
            (ResampleFilter.Box, 0.5, x => x is > -0.5 and <= 0.5 ? 1 : 0),
            (ResampleFilter.Bilinear, 1, x => Math.Max(0, 1 - Math.Abs(x))),
            (ResampleFilter.Bicubic, 2, x => Keys(Math.Abs(x))),
        };
        foreach (var (filter, support, at) in filters)
        {
            var across = newWidth == width ? image.Pixels.ToArray() : Definition(image.Pixels.ToArray(), width, newWidth, channels, support, at);
            var both = newHeight == height ? across : Definition(across, height, newHeight, newWidth * channels, support, at);
            PixelDifference.AssertWithin(0, new(both, newHeight, newWidth, channels), image.Resize(newHeight, newWidth, filter));
        }
    }

    [Theory, InlineData(1), InlineData(3)]
    public void An_even_image_colour_stays_that_colour(int channels)
    {
        foreach (var level in new byte[] { 0, 1, 127, 254, 255 })
        {
            var image = new PixelImage(Enumerable.Repeat(level, 97 * 61 * channels).ToArray(), 97, 61, channels);
            Assert.All(image.Crop(new AdmCenterCrop(23)).Pixels.ToArray(), b => Assert.Equal(level, b));
            Assert.All(image.Resize(200, 140, ResampleFilter.Lanczos).Pixels.ToArray(), b => Assert.Equal(level, b));
        }
    }

    /// A window of a resize is that window of the whole resize, mirrored or not, and a source has no neighbours.
    [Fact]
    public void A_plan_is_its_steps_one_after_the_other()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var channels = random.Next(2) * 2 + 1;
            var image = Noise(random.Next(8, 120), random.Next(8, 120), channels, random);
            var source = Part(image.Height, image.Width, 4);
            var (height, width) = (random.Next(1, 90), random.Next(1, 90));
            var plan = new CropPlan
            {
                Source = source,
                Halvings = random.Next(3),
                Height = height,
                Width = width,
                Window = Part(height, width, 1),
                Mirror = random.Next(2) == 0,
            };

            var expected = Cut(image, plan.Source);
            for (var i = 0; i < plan.Halvings; i++) expected = expected.Resize(expected.Height / 2, expected.Width / 2, ResampleFilter.Box);
            expected = Cut(expected.Resize(height, width), plan.Window);
            if (plan.Mirror) expected = expected.Mirror();
            PixelDifference.AssertWithin(0, expected, image.Crop(new FixedCrop(plan)));
        }

        ImageRegion Part(int height, int width, int least)
        {
            var (h, w) = (random.Next(Math.Min(least, height), height + 1), random.Next(Math.Min(least, width), width + 1));
            return new(random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
    }

    private static PixelImage Cut(PixelImage image, ImageRegion part)
    {
        var rows = Enumerable.Range(part.Top, part.Height)
            .SelectMany(y => image.Pixels.Slice((y * image.Width + part.Left) * image.Channels, part.Width * image.Channels).ToArray());
        return new(rows.ToArray(), part.Height, part.Width, image.Channels);
    }
}
