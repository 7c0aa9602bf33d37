namespace Dit.Diffusion;

/// <summary>Which of a discrete schedule's steps a shorter walk takes, as the official DiT chooses them.</summary>
internal static class Respacing
{
    /// <summary>Divides the steps into equal sections and takes so many of each at equal distances, rounding half to even.</summary>
    /// <param name="steps">Steps of the schedule, T.</param>
    /// <param name="counts">How many to take of each section.</param>
    /// <returns>Rising indices in [0, T).</returns>
    /// <exception cref="ArgumentException">A section has fewer steps than are to be taken.</exception>
    public static int[] Sections(int steps, IReadOnlyList<int> counts)
    {
        var (size, extra, start) = (steps / counts.Count, steps % counts.Count, 0);
        var taken = new List<int>();
        for (var section = 0; section < counts.Count; section++)
        {
            var length = size + (section < extra ? 1 : 0);
            var count = counts[section];
            if (count < 1 || count > length)
                throw new ArgumentException($"A section of {length} of the {steps} steps cannot be divided into {count}; it takes 1 to {length}.", nameof(counts));
            var stride = count <= 1 ? 1 : (length - 1) / (double)(count - 1);
            var position = 0.0;
            for (var i = 0; i < count; i++, position += stride)                    // summed up, as the original does, with its rounding errors
                taken.Add(start + (int)Math.Round(position, MidpointRounding.ToEven));
            start += length;
        }
        return [.. taken.Distinct().Order()];
    }

    /// <summary>Takes every n-th step from the first, with the smallest whole n that gives so many.</summary>
    /// <param name="steps">Steps of the schedule, T.</param>
    /// <param name="count">How many to take.</param>
    /// <returns>Rising indices in [0, T).</returns>
    /// <exception cref="ArgumentException">No whole stride gives so many.</exception>
    public static int[] Strided(int steps, int count)
    {
        for (var stride = 1; stride < steps; stride++)
        {
            if ((steps + stride - 1) / stride == count)
                return [.. Enumerable.Range(0, count).Select(i => i * stride)];
        }
        throw new ArgumentException($"No whole stride takes exactly {count} of {steps} steps.", nameof(count));
    }
}
