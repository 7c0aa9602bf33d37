namespace Dit.Data.Tests;

public sealed class DatasetStatisticsTests
{
    private static InMemoryDataset Random(int count, int channels, Func<Random, int, byte> value)
    {
        var random = new Random(7);
        return new([.. Enumerable.Range(0, count).Select(i => new LabeledImage(
            new PixelImage(Enumerable.Range(0, 4 * (5 + i % 3) * channels).Select(p => value(random, p % channels)).ToArray(), 4, 5 + i % 3, channels)))]);
    }

    [Fact]
    public void Numbers_are_those_of_the_definition()
    {
        var dataset = Random(30, 3, (random, c) => (byte)(random.Next(60) + 50 * c));
        var statistics = DatasetStatistics.Of(dataset);
        var values = Enumerable.Range(0, 30).SelectMany(i => dataset.Read(i).Image.Pixels.ToArray().Select((b, p) => (Channel: p % 3, Value: b / 127.5 - 1))).ToArray();
        static double Deviation(IEnumerable<double> x) => Math.Sqrt(x.Average(v => Math.Pow(v - x.Average(), 2)));
        for (var c = 0; c < 3; c++)
        {
            double[] channel = [.. values.Where(v => v.Channel == c).Select(v => v.Value)];
            Assert.Equal(channel.Average(), statistics.Mean[c], 1e-12);
            Assert.Equal(Deviation(channel), statistics.StandardDeviation[c], 1e-12);
        }
        Assert.Equal(Deviation([.. values.Select(v => v.Value)]), statistics.SigmaData, 1e-12);
        Assert.Equal((30, false), (statistics.Images, statistics.IsGrey));
    }

    [Fact]
    public void Some_images_at_random_are_the_same_for_a_seed()
    {
        var dataset = Random(200, 1, (random, _) => (byte)random.Next(256));
        var some = DatasetStatistics.Of(dataset, images: 20, seed: 1);
        Assert.Equal(20, some.Images);
        Assert.Equal(some.SigmaData, DatasetStatistics.Of(dataset, images: 20, seed: 1).SigmaData);
        Assert.NotEqual(some.SigmaData, DatasetStatistics.Of(dataset, images: 20, seed: 2).SigmaData);
        Assert.Equal(1 / Math.Sqrt(3), DatasetStatistics.Of(dataset).SigmaData, 0.02);      // uniform in [-1, 1]
    }

    [Fact]
    public void Advice_follows_from_the_numbers()
    {
        var dark = Random(5, 3, (_, _) => 0);
        var statistics = DatasetStatistics.Of(dark);
        Assert.Equal((-1, 0), (statistics.Mean[0], statistics.SigmaData));
        var text = statistics.ToString();
        Assert.All(["channels = 1", "most of the picture is dark", "all but constant", "not the usual 0.5", "a loss of 2.00"],
            part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.Contains("the usual 0.5 fits", DatasetStatistics.Of(Random(50, 3, (random, _) => (byte)(random.Next(2) * 127 + 64))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_images_are_left_out_and_named()
    {
        var dataset = new CountingDataset(40) { OnRead = static i => { if (i % 10 == 3) throw new IOException("Gone."); } };
        var statistics = DatasetStatistics.Of(dataset);
        Assert.Equal(36, statistics.Images);
        Assert.Equal([3, 13, 23, 33], statistics.Unreadable.Select(b => b.Index));
        Assert.Contains("None of 2 images", Assert.Throws<InvalidDataException>(() =>
            DatasetStatistics.Of(new CountingDataset(2) { OnRead = static _ => throw new IOException("Gone.") })).Message, StringComparison.Ordinal);
        Assert.Contains("channels = 1 or", Assert.Throws<InvalidDataException>(() =>
            DatasetStatistics.Of(new InMemoryDataset([new(Pictures.Make(1)), new(Pictures.Make(1, channels: 1))]))).Message, StringComparison.Ordinal);
    }
}
