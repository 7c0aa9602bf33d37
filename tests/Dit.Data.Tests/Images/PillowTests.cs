namespace Dit.Data.Tests;

[Trait("Category", "Golden")]
public sealed class PillowTests
{
    /// Formats with one correct result: not a bit differs. The others depend on the version of their library.
    private static int Tolerance(string file) => Path.GetExtension(file) is ".jpg" or ".webp" && file != "lossless.webp" ? 1 : 0;

    public static TheoryData<int, string> Decodes => Cases("decode");

    public static TheoryData<int, string> Crops => Cases("crop");

    public static TheoryData<int, string> Resizes => Cases("resize");

    [Theory, MemberData(nameof(Decodes))]
    public void Decoded_pixels_are_Pillows(int number, string file)
    {
        var expected = PillowCases.Expected(number);
        var image = PixelImage.Decode(PillowCases.File(file), expected.Channels);
        PixelDifference.AssertWithin(Tolerance(file), expected, image);

        var info = ImageInfo.Read(PillowCases.File(file));
        Assert.Equal((expected.Height, expected.Width), (info.Height, info.Width));
        var format = file[(file.LastIndexOf('.') + 1)..].Replace("jpg", "jpeg", StringComparison.Ordinal);
        Assert.Equal(format, info.Format.ToString(), ignoreCase: true);
    }

    [Theory, MemberData(nameof(Crops))]
    public void The_adm_crop_is_the_official_one(int number, string file)
    {
        var crop = new AdmCenterCrop(PillowCases.Options(number).GetProperty("size").GetInt32());
        var expected = PillowCases.Expected(number);
        PixelDifference.AssertWithin(Tolerance(file), expected, PixelImage.Decode(PillowCases.File(file), crop));
        PixelDifference.AssertWithin(Tolerance(file), expected, PixelImage.Decode(PillowCases.File(file)).Crop(crop));
    }

    [Theory, MemberData(nameof(Resizes))]
    public void A_resize_is_Pillows_to_the_bit(int number, string file)
    {
        var filter = Enum.Parse<ResampleFilter>(PillowCases.Options(number).GetProperty("filter").GetString()!);
        var expected = PillowCases.Expected(number);
        PixelDifference.AssertWithin(0, expected, PixelImage.Decode(PillowCases.File(file)).Resize(expected.Height, expected.Width, filter));
    }

    private static TheoryData<int, string> Cases(string kind)
    {
        var data = new TheoryData<int, string>();
        foreach (var (number, file) in PillowCases.Of(kind)) data.Add(number, file);
        return data;
    }
}
