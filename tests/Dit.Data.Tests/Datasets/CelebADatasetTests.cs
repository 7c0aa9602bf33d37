namespace Dit.Data.Tests;

public sealed class CelebADatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Write(string list = "6\r\nMale Smiling Young\r\n000001.jpg  1 -1  1\r\n000002.jpg -1 -1  1\r\n000003.jpg -1  1 -1\r\n"
        + "000004.jpg  1  1\r\n000002.jpg  1  1  1\r\n000005.jpg  1  1  1\r\n")
    {
        File.WriteAllText(_folder["list_attr_celeba.txt"], list);
        File.WriteAllText(_folder["list_eval_partition.txt"], "000001.jpg 0\n000002.jpg 1\n000003.jpg 0\n000005.jpg 2\n");
        for (var i = 1; i <= 5; i++) Pictures.Write(_folder[$"img_align_celeba/{i:D6}.jpg"], (byte)i);      // PNG inside; the codec looks at the bytes
    }

    [Fact]
    public void Attributes_are_chosen_by_name()
    {
        Write();
        var dataset = new CelebADataset(_folder.Path, attributes: ["Young", "Male"]);
        Assert.Equal(["Young", "Male"], dataset.AttributeNames);
        Assert.Equal(4, dataset.Count);
        float[][] expected = [[1, 1], [1, 0], [0, 0], [1, 1]];
        for (var i = 0; i < 4; i++)
        {
            var sample = dataset.Read(i);
            Assert.Equal(expected[i], sample.Attributes.ToArray());
            Assert.Null(sample.Label);
        }
        Assert.Equal([1, 2, 3, 5], Enumerable.Range(0, 4).Select(i => dataset.Read(i).Level()));
        Assert.Equal(3, new CelebADataset(_folder.Path).AttributeNames.Count);
    }

    [Fact]
    public void Lines_that_cannot_be_used_are_reported_with_their_place()
    {
        Write();
        var problems = new CelebADataset(_folder.Path).Problems;
        Assert.Equal([_folder["list_attr_celeba.txt"] + ":6", _folder["list_attr_celeba.txt"] + ":7"], problems.Select(p => p.Path));
        Assert.Contains("'000004.jpg' does not have 3 attributes", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("'000002.jpg' is listed a second time", problems[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_attribute_may_be_the_class_and_parts_are_the_authors()
    {
        Write();
        var dataset = new CelebADataset(_folder.Path, DataSplit.Training, classBy: "Male");
        Assert.Equal(["not Male", "Male"], dataset.ClassNames);
        Assert.Equal([1L, 0L], Enumerable.Range(0, dataset.Count).Select(i => dataset.Read(i).Label!.Value));
        Assert.True(dataset.Read(0).Attributes.IsEmpty);
        Assert.Equal([1, 1], new[] { DataSplit.Validation, DataSplit.Test }.Select(s => new CelebADataset(_folder.Path, s).Count));
    }

    [Fact]
    public void The_csv_form_is_read_as_well()
    {
        Write();
        File.Delete(_folder["list_attr_celeba.txt"]);
        File.WriteAllText(_folder["list_attr_celeba.csv"], "image_id,Male,Smiling\n000001.jpg,1,-1\n000003.jpg,-1,1\n");
        var dataset = new CelebADataset(_folder.Path);
        Assert.Equal(["Male", "Smiling"], dataset.AttributeNames);
        Assert.Equal([0, 1], dataset.Read(1).Attributes.ToArray());
    }

    [Fact]
    public void Wrong_arguments_and_files_are_refused()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new CelebADataset(_folder.Path));
        Write();
        Assert.Contains("There are: Male, Smiling, Young", Assert.Throws<ArgumentException>("attributes", () => new CelebADataset(_folder.Path, attributes: ["Old"])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("classBy", () => new CelebADataset(_folder.Path, attributes: ["Male"], classBy: "Male"));
        File.Delete(_folder["list_eval_partition.txt"]);
        Assert.Throws<FileNotFoundException>(() => new CelebADataset(_folder.Path, DataSplit.Test));
        Write("000001.jpg 1 1 1\n");
        Assert.Contains("names of the attributes", Assert.Throws<InvalidDataException>(() => new CelebADataset(_folder.Path)).Message, StringComparison.Ordinal);
        Write("9\nMale\n000001.jpg 1\n");
        Assert.Contains("promises 9 images, but 1", Assert.Single(new CelebADataset(_folder.Path).Problems).Message, StringComparison.Ordinal);
        Write("");
        Assert.Throws<InvalidDataException>(() => new CelebADataset(_folder.Path));
    }
}
