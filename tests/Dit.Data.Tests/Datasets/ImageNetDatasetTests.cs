namespace Dit.Data.Tests;

public sealed class ImageNetDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(""), InlineData("ILSVRC/Data/CLS-LOC/")]
    public void Folders_by_synset_have_the_numbers_of_train(string at)
    {
        foreach (var synset in new[] { "n01440764", "n02000000", "n10000000" }) Pictures.Write(_folder[$"{at}train/{synset}/{synset}_1.JPEG"], 1);
        Pictures.Write(_folder[$"{at}val/n10000000/v.JPEG"], 2);
        var train = new ImageNetDataset(_folder.Path);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(i => train.Read(i).Label!.Value));
        var val = new ImageNetDataset(_folder.Path, DataSplit.Validation);
        Assert.Equal(["n01440764", "n02000000", "n10000000"], val.ClassNames);
        Assert.Equal((1, 2L), (val.Count, val.Read(0).Label));
    }

    [Fact]
    public void A_flat_val_takes_its_labels_from_the_solution()
    {
        for (var i = 1; i <= 4; i++) Pictures.Write(_folder[$"val/ILSVRC2012_val_0000000{i}.JPEG"], (byte)i);
        Assert.Contains("LOC_val_solution.csv", Assert.Throws<InvalidDataException>(() => new ImageNetDataset(_folder.Path, DataSplit.Validation)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(_folder["LOC_synset_mapping.txt"], "n01440764 tench, Tinca tinca\nn01443537 goldfish\n");
        File.WriteAllText(_folder["LOC_val_solution.csv"], "ImageId,PredictionString\nILSVRC2012_val_00000004,n01443537 1 2 3 4 n01443537 5 6 7 8\n"
            + "ILSVRC2012_val_00000001,n01440764 1 2 3 4\nILSVRC2012_val_00000002,n99999999 1 2 3 4\n");
        var val = new ImageNetDataset(_folder.Path, DataSplit.Validation);
        Assert.Equal(["tench, Tinca tinca", "goldfish"], val.ClassNames);
        Assert.Equal(["n01440764", "n01443537"], val.Synsets);
        Assert.Equal([(1, 0L), (4, 1L)], Enumerable.Range(0, val.Count).Select(i => ((int)val.Read(i).Level(), val.LabelOf(i)!.Value)));
        Assert.Equal([_folder["LOC_val_solution.csv"] + ":4", _folder["val/ILSVRC2012_val_00000002.JPEG"], _folder["val/ILSVRC2012_val_00000003.JPEG"]],
            val.Problems.Select(p => p.Path));
    }

    [Fact]
    public void What_is_not_there_is_refused()
    {
        Assert.Contains("neither train nor", Assert.Throws<DirectoryNotFoundException>(() => new ImageNetDataset(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageNetDataset(_folder.Path, DataSplit.Test));
    }
}
