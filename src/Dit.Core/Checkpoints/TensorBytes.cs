using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The memory of tensors as spans, which can be no longer than 2 GiB each.</summary>
internal static class TensorBytes
{
    private const long Longest = 1L << 30;

    public delegate void SpanAction(Span<byte> bytes);

    /// <summary>Hands out the bytes of a contiguous host tensor, in order.</summary>
    public static void ForEachSpan(Tensor tensor, SpanAction action)
    {
        var count = tensor.numel();
        if (count == 0)
            return;
        using var flat = tensor.view(-1);
        var chunk = Longest / tensor.element_size();
        for (var start = 0L; start < count; start += chunk)
        {
            using var part = flat.narrow(0, start, Math.Min(chunk, count - start));
            action(part.bytes);
        }
    }
}
