using System.Reflection;

namespace Dit.Data.Tests;

public sealed class MnistDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(true, false), InlineData(true, true), InlineData(false, false), InlineData(false, true)]
    public void Reads_what_was_written(bool train, bool gzip)
    {
        IdxFiles.Write(_folder.Path, IdxFiles.Images(23), IdxFiles.Labels(23), gzip, train ? "train" : "t10k");
        var dataset = new MnistDataset(_folder.Path, train);

        Assert.Equal((23, IdxFiles.Height, IdxFiles.Width), (dataset.Count, dataset.Height, dataset.Width));
        for (var n = 0; n < 23; n++)
        {
            var (image, label) = dataset.Read(n);
            Assert.Equal(n % 10, label);
            Assert.Equal((IdxFiles.Height, IdxFiles.Width, 1), (image.Height, image.Width, image.Channels));
            Assert.Equal(Enumerable.Range(0, 6).Select(p => (byte)(7 * n + p)), image.Pixels.ToArray());
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => dataset.Read(23));
        Assert.Throws<ArgumentOutOfRangeException>(() => dataset.Read(-1));
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused_by_name()
    {
        var (images, labels) = (IdxFiles.Images(4), IdxFiles.Labels(4));
        for (var length = 0; length < images.Length; length++)
        {
            var error = Refused(images[..length], labels);
            Assert.Contains("train-images-idx3-ubyte'", error, StringComparison.Ordinal);
            Assert.Contains(length < 16 ? $"ends at offset {length}" : "is truncated", error, StringComparison.Ordinal);
        }
        for (var length = 0; length < labels.Length; length++)
            Assert.Contains("train-labels-idx1-ubyte'", Refused(images, labels[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_file_cut_anywhere_is_refused_by_name()
    {
        var labels = IdxFiles.Labels(4);
        var packed = IdxFiles.Gzip(IdxFiles.Images(4));
        IdxFiles.Write(_folder.Path, [], labels);
        File.Delete(_folder["train-images-idx3-ubyte"]);
        for (var length = 0; length < packed.Length; length++)
        {
            File.WriteAllBytes(_folder["train-images-idx3-ubyte.gz"], packed[..length]);
            var error = Assert.Throws<InvalidDataException>(() => new MnistDataset(_folder.Path));
            Assert.Contains("train-images-idx3-ubyte.gz'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flipped_bit_in_a_gzip_file_never_changes_the_data()
    {
        var packed = IdxFiles.Gzip(IdxFiles.Images(40));
        var accepted = 0;
        IdxFiles.Write(_folder.Path, [], IdxFiles.Labels(40));
        File.Delete(_folder["train-images-idx3-ubyte"]);
        for (var i = 10; i < packed.Length; i++)        // from 0 to 9: the gzip header, whose date and flags matter to nobody
        {
            var damaged = packed.ToArray();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(_folder["train-images-idx3-ubyte.gz"], damaged);
            try
            {
                Assert.Equal(Enumerable.Range(0, 6).Select(p => (byte)(7 * 39 + p)), new MnistDataset(_folder.Path).Read(39).Image.Pixels.ToArray());
                accepted++;
            }
            catch (InvalidDataException)
            {
            }
        }
        Assert.InRange(accepted, 0, 2);                 // deflate has a few bits that nobody reads
    }

    [Fact]
    public void Headers_that_lie_are_refused_before_anything_is_allocated()
    {
        var labels = IdxFiles.Labels(4);
        Assert.Contains("00000801", Refused(labels, labels), StringComparison.Ordinal);
        Assert.Contains("00000D03", Refused(IdxFiles.Build(0x0D, 3, [4, 3, 2], new byte[24]), labels), StringComparison.Ordinal);
        Assert.Contains("is truncated: it has 40 bytes", Refused(IdxFiles.Build(8, 3, [60_000, 28, 28], new byte[24]), labels), StringComparison.Ordinal);
        Assert.Contains("dimension 2 at offset 12", Refused(IdxFiles.Build(8, 3, [60_000, 28_000, 28_000], new byte[24]), labels), StringComparison.Ordinal);
        Assert.Contains("dimension 1 at offset 8", Refused(IdxFiles.Build(8, 3, [4, 0, 2], []), labels), StringComparison.Ordinal);
        Assert.Contains("dimension 0 at offset 4", Refused(IdxFiles.Build(8, 3, [-4, 3, 2], new byte[24]), labels), StringComparison.Ordinal);
        Assert.Contains("goes on after its data: it has 41 bytes", Refused(IdxFiles.Build(8, 3, [4, 3, 2], new byte[25]), labels), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused()
    {
        var error = Refused(IdxFiles.Images(4), IdxFiles.Labels(5));
        Assert.Contains("4 images", error, StringComparison.Ordinal);
        Assert.Contains("5 labels", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_out_of_range_is_refused_with_its_place()
    {
        var labels = IdxFiles.Labels(4);
        labels[8 + 2] = 10;
        Assert.Contains("label 10 at offset 10 (image 2)", Refused(IdxFiles.Images(4), labels), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<FileNotFoundException>(() => new MnistDataset(_folder.Path));
        Assert.Contains("train-images-idx3-ubyte.gz", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_samples_digits_are_28_by_28_and_of_all_classes()
    {
        var root = typeof(MnistDatasetTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepoRoot").Value!;
        var dataset = new MnistDataset(Path.Combine(root, "samples", "Mnist", "data"), train: false);
        Assert.Equal((28, 28), (dataset.Height, dataset.Width));
        Assert.Equal(Enumerable.Range(0, 10), Enumerable.Range(0, dataset.Count).Select(i => (int)dataset.Read(i).Label!.Value).Distinct().Order());
    }

    private string Refused(byte[] images, byte[] labels)
    {
        IdxFiles.Write(_folder.Path, images, labels);
        return Assert.Throws<InvalidDataException>(() => new MnistDataset(_folder.Path)).Message;
    }
}
