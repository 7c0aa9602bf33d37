namespace Dit.Diffusion.Tests.Matching;

public sealed class AssignmentTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7)]
    public void As_cheap_as_the_cheapest_of_all_permutations(int n)
    {
        var random = new Random(n);
        for (var trial = 0; trial < 40; trial++)
        {
            // Ties, negative costs and great differences of size are among them.
            double[] cost = [.. Enumerable.Range(0, n * n).Select(_ => trial % 3 == 0 ? random.Next(4) : (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 6)))];
            var solved = Assignment.Solve(cost, n);
            Assert.Equal(Enumerable.Range(0, n), solved.Order());
            var best = Permutations(n).Min(columns => Cost(cost, columns));
            Assert.Equal(best, Cost(cost, solved), 1e-9 * cost.Max(Math.Abs) + 1e-12);
        }
    }

    /// The optimal columns of a shifted and permuted matrix are known: a cost of 0 in each row and column, and more elsewhere.
    [Fact]
    public void Finds_a_hidden_permutation_of_200()
    {
        const int Size = 200;
        var random = new Random(7);
        int[] hidden = [.. Enumerable.Range(0, Size)];
        random.Shuffle(hidden);
        double[] rows = [.. hidden.Select(_ => random.NextDouble())], columns = [.. hidden.Select(_ => random.NextDouble())];
        var cost = new double[Size * Size];
        for (var i = 0; i < Size; i++)
            for (var j = 0; j < Size; j++)
                cost[i * Size + j] = rows[i] + columns[j] + (j == hidden[i] ? 0 : 0.01 + random.NextDouble());
        Assert.Equal(hidden, Assignment.Solve(cost, Size));
    }

    private static double Cost(double[] cost, int[] columns) => columns.Select((column, row) => cost[row * columns.Length + column]).Sum();

    private static IEnumerable<int[]> Permutations(int n)
    {
        if (n == 0) return [[]];
        return Permutations(n - 1).SelectMany(shorter => Enumerable.Range(0, n).Select(at => (int[])[.. shorter[..at], n - 1, .. shorter[at..]]));
    }
}
