namespace Dit.Data.Tests;

public sealed class SamplingTests
{
    private static int[] Draw(Sampling sampling, int count, long epoch = 0)
    {
        var order = new EpochOrder(count, seed: 1, epoch, sampling);
        return [.. Enumerable.Range(0, count).Select(order.At)];
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5), InlineData(64), InlineData(65), InlineData(1000)]
    public void A_permutation_without_memory_is_one(int count)
    {
        for (var key = 0UL; key < 20; key++)
            Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(new Permutation(count, key).At).Order());
        if (count > 5) Assert.NotEqual(Enumerable.Range(0, count).Select(new Permutation(count, 1).At), Enumerable.Range(0, count).Select(new Permutation(count, 2).At));
    }

    /// Every place of five gets every image equally often: chi-squared with 16 degrees of freedom (5 x 5 table), 1 in 10^6 is 58.
    [Fact]
    public void A_permutation_without_memory_is_fair()
    {
        const int rounds = 20_000;
        var seen = new double[5, 5];
        for (var key = 0UL; key < rounds; key++)
            for (var place = 0; place < 5; place++) seen[place, new Permutation(5, SplitMix64.Mix(9, key)).At(place)]++;
        Assert.InRange(seen.Cast<double>().Sum(n => Math.Pow(n - rounds / 5.0, 2) / (rounds / 5.0)), 2, 58);
    }

    [Fact]
    public void Weights_are_kept()
    {
        const int count = 100_000;
        double[] weights = [.. Enumerable.Range(0, count).Select(i => (double)(i % 4))];       // 0, 1, 2, 3 sixths of the draws
        var drawn = Draw(Sampling.Weighted(weights), count).GroupBy(i => i % 4).ToDictionary(g => g.Key, g => g.Count() / (double)count);
        Assert.False(drawn.ContainsKey(0));
        for (var c = 1; c < 4; c++) Assert.InRange(drawn[c], c / 6.0 - 0.008, c / 6.0 + 0.008);     // five standard deviations
        Assert.NotEqual(Draw(Sampling.Weighted(weights), count), Draw(Sampling.Weighted(weights), count, epoch: 1));
        Assert.Equal([2, 2, 2], Draw(Sampling.Weighted([0, 0, 1e-300]), 3));
    }

    [Fact]
    public void Every_class_comes_once_a_round_and_every_image_before_one_comes_again()
    {
        long[] labels = [.. Enumerable.Range(0, 90).Select(i => i < 80 ? 7L : i < 86 ? 2 : 30)];       // 80, 6 and 4 of the classes 7, 2, 30
        var sampling = Sampling.ClassBalanced(labels);
        var drawn = Draw(sampling, 90);
        for (var round = 0; round < 30; round++)
            Assert.Equal([2, 7, 30], drawn.Skip(3 * round).Take(3).Select(i => labels[i]).Order());
        foreach (var (label, size) in new[] { (7L, 80), (2L, 6), (30L, 4) })
            foreach (var pass in drawn.Where(i => labels[i] == label).Chunk(size))
                Assert.Equal(pass.Length, pass.Distinct().Count());
        Assert.NotEqual(drawn, Draw(sampling, 90, epoch: 1));
        var big = Enumerable.Range(0, 6).SelectMany(epoch => Draw(sampling, 90, epoch)).Where(i => i < 80).Distinct().Count();
        Assert.InRange(big, 65, 80);            // other epochs give others of a large class: 80 (1 - (5/8)^6) = 75
    }

    [Theory, InlineData(0), InlineData(3)]
    public async Task A_loader_draws_by_it_and_resumes(int workers)
    {
        var dataset = new InMemoryDataset([.. Enumerable.Range(0, 60).Select(i => new LabeledImage(new PixelImage(new[] { (byte)i }, 1, 1, 1), i < 50 ? 0 : 1))]);
        await using var loader = new BatchLoader(dataset, 8, seed: 2) { Workers = workers, Sampling = Sampling.ClassBalanced(dataset) };
        var epoch = await Epochs.Labels(loader);
        Assert.All(epoch, batch => Assert.Equal(4, batch.Sum()));
        await using var resumed = new BatchLoader(dataset, 8, seed: 2) { Sampling = Sampling.ClassBalanced(dataset), Position = new(0, 5) };
        Assert.Equal(epoch[5..], await Epochs.Labels(resumed));
    }

    [Fact]
    public void Wrong_weights_and_labels_are_refused()
    {
        Assert.Contains("Image 1 has the weight -1", Assert.Throws<ArgumentException>(() => Sampling.Weighted([1, -1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Sampling.Weighted([double.NaN]));
        Assert.Throws<ArgumentException>(() => Sampling.Weighted([0, 0]));
        Assert.Throws<ArgumentException>(() => Sampling.Weighted([]));
        Assert.Contains("3 weights, but the data set has 4", Assert.Throws<InvalidOperationException>(() => Draw(Sampling.Weighted([1, 1, 1]), 4)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Image 0 (image 0) has no label",
            Assert.Throws<ArgumentException>(() => Sampling.ClassBalanced(new CountingDataset(2) { HasLabels = false })).Message, StringComparison.Ordinal);
    }
}
