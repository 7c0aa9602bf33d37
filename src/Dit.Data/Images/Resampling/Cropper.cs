namespace Dit.Data;

/// <summary>Carries out a <see cref="CropPlan"/>, computing (and of a file, decoding) only what ends up in the result.</summary>
internal static class Cropper
{
    public static PixelImage Crop(ISourceImage image, CropPlan plan)
    {
        using var rows = Open(image, plan);
        return Collect(rows, plan.Window.Height, plan.Mirror);
    }

    /// <summary>The rows of the result, not mirrored yet.</summary>
    public static RowSource Open(ISourceImage image, CropPlan plan)
    {
        plan.Check(image.Height, image.Width);
        var horizontal = Axes(plan, plan.Source.Width, plan.Width, plan.Window.Left, plan.Window.Width);
        var vertical = Axes(plan, plan.Source.Height, plan.Height, plan.Window.Top, plan.Window.Height);
        var part = new ImageRegion(
            plan.Source.Top + vertical[0].First, plan.Source.Left + horizontal[0].First, vertical[0].InputCount, horizontal[0].InputCount);

        var rows = image.Rows(part);
        try
        {
            for (var i = 0; i < horizontal.Length; i++) rows = new ResampledRows(rows, horizontal[i], vertical[i]);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>One axis of each halving, then that of the resize; each computes what the next one needs.</summary>
    private static ResampleAxis[] Axes(CropPlan plan, int inputs, int outputs, int first, int count)
    {
        var axes = new ResampleAxis[plan.Halvings + 1];
        axes[^1] = new ResampleAxis(plan.Filter, inputs >> plan.Halvings, outputs, first, count);
        for (var i = plan.Halvings - 1; i >= 0; i--)
            axes[i] = new ResampleAxis(ResampleFilter.Box, inputs >> i, inputs >> (i + 1), axes[i + 1].First, axes[i + 1].InputCount);
        return axes;
    }

    private static PixelImage Collect(RowSource rows, int height, bool mirror)
    {
        var stride = rows.Width * rows.Channels;
        var pixels = GC.AllocateUninitializedArray<byte>(checked(height * stride));
        for (var y = 0; y < height; y++)
        {
            var target = pixels.AsSpan(y * stride, stride);
            rows.Next().CopyTo(target);
            if (mirror) Mirror(target, rows.Channels);
        }
        return new PixelImage(pixels, height, rows.Width, rows.Channels);
    }

    private static void Mirror(Span<byte> row, int channels)
    {
        row.Reverse();
        if (channels == 1) return;
        for (var i = 0; i < row.Length; i += 3) (row[i], row[i + 2]) = (row[i + 2], row[i]);
    }
}
