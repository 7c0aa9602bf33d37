namespace Dit.Data.Tests;

public sealed class ViewTests
{
    private static InMemoryDataset Make(int count, Func<int, long?> label, int from = 0) =>
        new([.. Enumerable.Range(from, count).Select(i => new LabeledImage(Pictures.Make((byte)i), label(i)))]);

    private static int[] Levels(IImageDataset dataset) => [.. Enumerable.Range(0, dataset.Count).Select(i => (int)dataset.Read(i).Level())];

    [Fact]
    public void A_subset_is_what_was_asked_for()
    {
        var subset = Make(10, i => i).Subset([7, 1, 1]);
        Assert.Equal([7, 1, 1], Levels(subset));
        Assert.Equal((7L, "image 7"), (subset.LabelOf(0), subset.NameOf(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(3, i => i).Subset([3]));
    }

    [Fact]
    public void Parts_follow_each_other()
    {
        var all = Make(3, i => i).Concat(Make(0, i => i), Make(2, i => i, from: 50), Make(1, i => i, from: 99));
        Assert.Equal([0, 1, 2, 50, 51, 99], Levels(all));
        Assert.Equal([0L, 1, 2, 50, 51, 99], Enumerable.Range(0, 6).Select(i => all.LabelOf(i)!.Value));
        Assert.Equal("image 1", all.NameOf(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.Read(6));
        var named = Make(1, i => i).MapLabels(l => l, "cat", "dog");
        Assert.Contains("[cat, dog]", Assert.Throws<ArgumentException>(() => Make(1, i => i).Concat(named)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_and_labels_are_mapped()
    {
        var mapped = Make(4, i => i).Map(image => Pictures.Make((byte)(2 * image.Pixels.Span[0] + 1))).MapLabels(l => l % 2, "even", "odd");
        Assert.Equal([1, 3, 5, 7], Levels(mapped));
        Assert.Equal([0L, 1, 0, 1], Enumerable.Range(0, 4).Select(i => mapped.Read(i).Label!.Value));
        Assert.Equal(["even", "odd"], mapped.ClassNames);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_split_has_every_image_once_and_is_the_same_for_a_seed(bool byClass)
    {
        var dataset = Make(200, i => i % 10 == 0 ? 1 : 0);
        var (training, validation) = dataset.Split(0.1, seed: 3, byClass);
        Assert.Equal((180, 20), (training.Count, validation.Count));
        Assert.Equal(Enumerable.Range(0, 200), training.Indices.Concat(validation.Indices).Order());
        Assert.Equal(validation.Indices, dataset.Split(0.1, seed: 3, byClass).Validation.Indices);
        Assert.NotEqual(validation.Indices, dataset.Split(0.1, seed: 4, byClass).Validation.Indices);
        if (byClass) Assert.Equal(2, validation.Indices.Count(i => i % 10 == 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => dataset.Split(1, seed: 0));
    }
}
