using static TorchSharp.torch;

namespace Dit.Samples;

/// <summary>Mean and covariance of features, and how far two sets of images are apart by them (Heusel et al. 2017).</summary>
/// <param name="Mean">[F].</param>
/// <param name="Covariance">[F, F].</param>
internal sealed record FrechetStatistics(double[] Mean, double[,] Covariance)
{
    /// <param name="features">[N, F].</param>
    public static FrechetStatistics Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        var x = features.to(ScalarType.Float64, CPU);                                                   // [N, F]
        var mean = x.mean([0]);                                                                         // [F]
        var centred = x - mean;
        var covariance = centred.t().matmul(centred) / (x.shape[0] - 1);                                // [F, F]
        var (n, values) = ((int)x.shape[1], covariance.data<double>().ToArray());
        var matrix = new double[n, n];
        Buffer.BlockCopy(values, 0, matrix, 0, values.Length * sizeof(double));
        return new(mean.data<double>().ToArray(), matrix);
    }

    /// <summary>|m1 - m2|^2 + tr(S1 + S2 - 2 (S1^(1/2) S2 S1^(1/2))^(1/2)).</summary>
    public static double Distance(FrechetStatistics a, FrechetStatistics b)
    {
        var n = a.Mean.Length;
        var (values, vectors) = Eigen(a.Covariance);
        var root = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                for (var k = 0; k < n; k++)
                    root[i, j] += vectors[i, k] * Math.Sqrt(Math.Max(0, values[k])) * vectors[j, k];
        var inner = Multiply(Multiply(root, b.Covariance), root);
        var trace = Enumerable.Range(0, n).Sum(i => a.Covariance[i, i] + b.Covariance[i, i]) - 2 * Eigen(inner).Values.Sum(v => Math.Sqrt(Math.Max(0, v)));
        return a.Mean.Zip(b.Mean).Sum(m => (m.First - m.Second) * (m.First - m.Second)) + trace;
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        var n = a.GetLength(0);
        var product = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var k = 0; k < n; k++)
                for (var j = 0; j < n; j++)
                    product[i, j] += a[i, k] * b[k, j];
        return product;
    }

    /// <summary>Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations.</summary>
    private static (double[] Values, double[,] Vectors) Eigen(double[,] symmetric)
    {
        var n = symmetric.GetLength(0);
        var a = (double[,])symmetric.Clone();
        var vectors = new double[n, n];
        for (var i = 0; i < n; i++) vectors[i, i] = 1;
        for (var sweep = 0; sweep < 30; sweep++)
        {
            var off = 0.0;
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                    off += a[p, q] * a[p, q];
            if (off < 1e-22) break;
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                    Rotate(a, vectors, p, q);
        }
        return ([.. Enumerable.Range(0, n).Select(i => a[i, i])], vectors);
    }

    private static void Rotate(double[,] a, double[,] vectors, int p, int q)
    {
        if (Math.Abs(a[p, q]) < 1e-300) return;
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var (c, n) = (1 / Math.Sqrt(t * t + 1), a.GetLength(0));
        var s = t * c;
        for (var k = 0; k < n; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
        for (var k = 0; k < n; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
        for (var k = 0; k < n; k++) (vectors[k, p], vectors[k, q]) = (c * vectors[k, p] - s * vectors[k, q], s * vectors[k, p] + c * vectors[k, q]);
    }
}
