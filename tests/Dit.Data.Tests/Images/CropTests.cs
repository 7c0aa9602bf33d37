namespace Dit.Data.Tests;

public sealed class CropTests
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (1, 900), (64, 64), (480, 640), (640, 480), (333, 500), (4000, 3000), (65, 64), (20, 2000)];

    public static TheoryData<string, int, int> Crops => new()
    {
        { "adm", 64, 64 }, { "adm-random", 64, 64 }, { "center", 48, 96 }, { "random", 48, 96 }, { "resized", 64, 64 }, { "flipped", 64, 64 },
    };

    private static IImageCrop Make(string name) => name switch
    {
        "adm" => new AdmCenterCrop(64),
        "adm-random" => new AdmRandomCrop(64),
        "center" => new CenterCrop(48, 96),
        "random" => new RandomCrop(48, 96),
        "resized" => new RandomResizedCrop(64),
        _ => new RandomFlip(new RandomResizedCrop(64)),
    };

    [Theory, MemberData(nameof(Crops))]
    public void Every_crop_of_every_size_is_possible_and_has_its_size(string name, int height, int width)
    {
        var crop = Make(name);
        foreach (var (h, w) in Sizes)
            for (var seed = 0UL; seed < 200; seed++)
            {
                var plan = crop.Plan(h, w, new AugmentationRandom(seed));
                Assert.True(plan.Source.IsInside(h, w));
                Assert.True(plan.Window.IsInside(plan.Height, plan.Width));
                Assert.Equal((height, width), (plan.Window.Height, plan.Window.Width));
                Assert.Equal(plan, crop.Plan(h, w, new AugmentationRandom(seed)));
            }
    }

    /// 6 * 3 / 4 = 4.5, 10 * 3 / 4 = 7.5: Python's round goes to the even neighbour.
    [Theory, InlineData(6, 4), InlineData(10, 8), InlineData(7, 5)]
    public void The_adm_reduction_rounds_as_Python_does(int width, int expected)
    {
        Assert.Equal((3, expected, 0), Reduced(CropPlan.AdmReduction(4, width, 3)));
        Assert.Equal((expected, 3, 0), Reduced(CropPlan.AdmReduction(width, 4, 3)));
        Assert.Equal((3, expected, 2), Reduced(CropPlan.AdmReduction(16 + 3, 4 * width + 1, 3)));

        static (int, int, int) Reduced(CropPlan plan) => (plan.Height, plan.Width, plan.Halvings);
    }

    [Fact]
    public void Random_crops_reach_all_places_and_the_flip_half_of_the_images()
    {
        var plans = Enumerable.Range(0, 2000).Select(i => new RandomFlip(new AdmRandomCrop(64)).Plan(100, 90, new AugmentationRandom(7, epoch: 1, i))).ToArray();
        Assert.Equal(64, plans.Min(p => p.Width));
        Assert.Equal(80, plans.Max(p => p.Width));
        Assert.Equal(0, plans.Min(p => p.Window.Top));
        Assert.Contains(plans, p => p.Window.Top + 64 == p.Height);
        Assert.InRange(plans.Count(p => p.Mirror), 900, 1100);

        var parts = Enumerable.Range(0, 2000).Select(i => new RandomResizedCrop(64, leastArea: 0.2).Plan(300, 400, new AugmentationRandom(7, 1, i)).Source).ToArray();
        Assert.All(parts, p => Assert.InRange((double)p.Height * p.Width / (300 * 400), 0.19, 1.0));
        Assert.All(parts, p => Assert.InRange((double)p.Width / p.Height, 0.74, 1.35));
        Assert.InRange(parts.Average(p => Math.Log((double)p.Width / p.Height)), -0.05, 0.05);
    }

    [Fact]
    public void Random_numbers_are_the_same_in_every_version()
    {
        var random = new AugmentationRandom(seed: 1, epoch: 2, index: 3);
        Assert.Equal((608, 3, 315061079, 12L), (random.Next(1000), random.Next(-5, 5), random.Next(1 << 30), random.NextInt64(1000)));
        Assert.InRange(random.NextDouble(), 0, 1);
        Assert.NotEqual(new AugmentationRandom(1, 2, 3).NextInt64(), new AugmentationRandom(1, 3, 2).NextInt64());
    }

    [Fact]
    public void Buckets_have_about_one_area_and_every_image_the_nearest()
    {
        var buckets = AspectBuckets.Of(256 * 256, multiple: 32);
        Assert.Contains((256, 256), buckets.Sizes);
        Assert.All(buckets.Sizes, s => Assert.True(s.Height * s.Width <= 65536 && s.Height % 32 == 0 && s.Width % 32 == 0));
        Assert.All(buckets.Sizes, s => Assert.True(Math.Max(s.Height, s.Width) <= 2 * Math.Min(s.Height, s.Width)));
        Assert.All(buckets.Sizes, s => Assert.Contains((s.Width, s.Height), buckets.Sizes));
        Assert.Equal(buckets.Sizes.OrderBy(s => (double)s.Width / s.Height), buckets.Sizes);

        Assert.Equal((256, 256), buckets.Sizes[buckets.Choose(1000, 1000)]);
        Assert.Equal(buckets.Sizes[0], buckets.Sizes[buckets.Choose(4000, 1)]);
        foreach (var (i, (height, width)) in buckets.Sizes.Index())
        {
            Assert.Equal(i, buckets.Choose(3 * height, 3 * width));
            var plan = buckets.Plan(3 * height, 3 * width, new Random(1));
            Assert.Equal((height, width, ImageRegion.Whole(height, width)), (plan.Height, plan.Width, plan.Window));
        }
    }

    [Fact]
    public void Wrong_crops_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("size", () => new AdmCenterCrop(0));
        Assert.Throws<ArgumentOutOfRangeException>("leastFraction", () => new AdmRandomCrop(8, 0.9, 0.8));
        Assert.Throws<ArgumentOutOfRangeException>("leastArea", () => new RandomResizedCrop(8, 0));
        Assert.Throws<ArgumentOutOfRangeException>("probability", () => new RandomFlip(new CenterCrop(8), double.NaN));
        Assert.Throws<ArgumentException>("sizes", () => new AspectBuckets([]));
        Assert.Throws<ArgumentOutOfRangeException>("area", () => AspectBuckets.Of(100, 16));
        var image = new PixelImage(new byte[12], 3, 4, 1);
        var plan = new CropPlan { Source = ImageRegion.Whole(3, 4), Height = 2, Width = 2, Window = ImageRegion.Whole(2, 2) };
        Assert.Contains("[0..4, 0..4] of an image of [3, 4]", Refused(plan with { Source = new(0, 0, 4, 4) }), StringComparison.Ordinal);
        Assert.Contains("2 times", Refused(plan with { Halvings = 2 }), StringComparison.Ordinal);
        Assert.Contains("[1..3, 0..2] out of [2, 2]", Refused(plan with { Window = new(1, 0, 2, 2) }), StringComparison.Ordinal);

        string Refused(CropPlan wrong) => Assert.Throws<ArgumentException>(() => image.Crop(new FixedCrop(wrong))).Message;
    }
}
