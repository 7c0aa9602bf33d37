using System.Diagnostics;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Benchmarks;

/// <summary>What the machine's matrix products reach at best, against which the steps are held.</summary>
internal static class Ceiling
{
    /// <returns>GFLOP/s of the faster of libtorch's linear layer and ours on 2048 x 1536 x 1536, and on 8192 x 8192 x 8192 on a GPU.</returns>
    public static double Measure(Precision precision, Device device)
    {
        var (rows, width) = device.type == DeviceType.CUDA ? (8192, 8192) : (2048, 1536);
        var type = precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        using var guard = inference_mode();
        using var scope = NewDisposeScope();
        var x = randn(rows, width, dtype: type, device: device);                // [M, K]
        var weight = randn(width, width, dtype: type, device: device);          // [N, K]
        var bias = zeros(width, dtype: type, device: device);                  // [N]
        var best = Math.Min(Best(() => nn.functional.linear(x, weight, bias)), Best(() => FusedOps.Linear(x, weight, bias)));
        return 2.0 * rows * width * width / best / 1e9;
    }

    private static double Best(Func<Tensor> product)
    {
        var best = double.PositiveInfinity;
        for (var all = Stopwatch.StartNew(); all.Elapsed.TotalSeconds < 1;)
        {
            var watch = Stopwatch.StartNew();
            using (var result = product())
                if (result.device.type == DeviceType.CUDA) cuda.synchronize();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return best;
    }
}
