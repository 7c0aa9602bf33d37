namespace Dit.Diffusion;

/// <summary>
/// The cheapest way to give every row a column of its own: exact, in O(n^3) (Kuhn 1955; shortest augmenting paths, Jonker and Volgenant 1987).
/// </summary>
internal static class Assignment
{
    /// <param name="cost">Of each row and column, row by row, n * n finite numbers.</param>
    /// <param name="n">Number of rows and of columns.</param>
    /// <returns>The column of each row.</returns>
    public static int[] Solve(ReadOnlySpan<double> cost, int n)
    {
        if (cost.Length != n * n) throw new ArgumentException($"There are {cost.Length} costs for {n} rows and columns.", nameof(cost));
        // Dual prices keep every reduced cost (cost - rowPrice - columnPrice) at least 0, and at 0 for what is assigned.
        // Rows join one after the other, each along a cheapest path to a free column. Column n stands for "none yet".
        var (rowPrice, columnPrice, rowOf) = (new double[n], new double[n + 1], new int[n + 1]);
        Array.Fill(rowOf, -1);
        var (distance, cameFrom, done) = (new double[n], new int[n], new bool[n + 1]);
        for (var row = 0; row < n; row++)
        {
            Array.Fill(distance, double.PositiveInfinity);
            Array.Clear(done);
            rowOf[n] = row;
            var column = n;
            while (rowOf[column] >= 0)
            {
                done[column] = true;
                var (from, nearest, step) = (rowOf[column], -1, double.PositiveInfinity);
                for (var j = 0; j < n; j++)
                {
                    if (done[j]) continue;
                    var reduced = cost[from * n + j] - rowPrice[from] - columnPrice[j];
                    if (reduced < distance[j]) (distance[j], cameFrom[j]) = (reduced, column);
                    if (nearest < 0 || distance[j] < step) (nearest, step) = (j, distance[j]);
                }
                for (var j = 0; j <= n; j++)
                {
                    if (done[j])
                    {
                        rowPrice[rowOf[j]] += step;
                        columnPrice[j] -= step;
                    }
                    else if (j < n)
                    {
                        distance[j] -= step;
                    }
                }
                column = nearest;
            }
            for (; column != n; column = cameFrom[column]) rowOf[column] = rowOf[cameFrom[column]];
        }

        var columnOf = new int[n];
        for (var j = 0; j < n; j++) columnOf[rowOf[j]] = j;
        return columnOf;
    }
}
