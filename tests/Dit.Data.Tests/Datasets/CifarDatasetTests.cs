namespace Dit.Data.Tests;

public sealed class CifarDatasetTests : IDisposable
{
    private const int Pixels = 32 * 32;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Record n: its labels, then red n, green n + 1, blue n + 2, plus the pixel's number.</summary>
    private static byte[] Records(int count, Func<int, byte[]> labels) => [.. Enumerable.Range(0, count).SelectMany(n =>
        labels(n).Concat(Enumerable.Range(0, 3 * Pixels).Select(i => (byte)(n + i / Pixels + i % Pixels))))];

    private void WriteTen()
    {
        for (var file = 1; file <= 5; file++) File.WriteAllBytes(_folder[$"data_batch_{file}.bin"], Records(3, n => [(byte)(n + file)]));
    }

    [Fact]
    public void Cifar10_is_what_was_written()
    {
        WriteTen();
        File.WriteAllLines(_folder["batches.meta.txt"], [.. Enumerable.Range(0, 10).Select(i => $"name{i}"), ""]);
        var dataset = CifarDataset.Cifar10(_folder.Path);
        Assert.Equal(15, dataset.Count);
        Assert.Equal("name9", dataset.ClassNames[9]);
        for (var i = 0; i < 15; i++)
        {
            var (image, label) = dataset.Read(i);
            Assert.Equal(i % 3 + i / 3 + 1, label);
            Assert.Equal(label, dataset.LabelOf(i));
            Assert.Equal((32, 32, 3), (image.Height, image.Width, image.Channels));
            for (var p = 0; p < Pixels; p++)
                for (var c = 0; c < 3; c++) Assert.Equal((byte)(i % 3 + c + p), image.Pixels.Span[3 * p + c]);
        }
        Assert.Contains("data_batch_2.bin, offset 1", dataset.NameOf(3), StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Cifar100_has_two_labels(bool coarse)
    {
        File.WriteAllBytes(_folder["test.bin"], Records(4, n => [(byte)(19 - n), (byte)(99 - n)]));
        var dataset = CifarDataset.Cifar100(_folder.Path, train: false, coarse);
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).Select(i => (coarse ? 19 : 99) - dataset.Read(i).Label!.Value));
        Assert.Equal(3, dataset.Read(3).Level());
        Assert.Empty(dataset.ClassNames);
    }

    [Fact]
    public void Wrong_files_are_refused_by_name()
    {
        Assert.Contains("data_batch_1.bin", Assert.Throws<FileNotFoundException>(() => CifarDataset.Cifar10(_folder.Path)).Message, StringComparison.Ordinal);
        WriteTen();
        File.WriteAllBytes(_folder["data_batch_4.bin"], Records(2, _ => [1])[..^1]);
        Assert.Contains("data_batch_4.bin' has 6145 bytes", Assert.Throws<InvalidDataException>(() => CifarDataset.Cifar10(_folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["data_batch_4.bin"], Records(2, n => [(byte)(9 + n)]));
        Assert.Contains("label 10 at offset 3073", Assert.Throws<InvalidDataException>(() => CifarDataset.Cifar10(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
