using System.Globalization;

namespace Dit.Core;

/// <summary>TensorBoard's <c>Summary.Value</c> messages, with the metadata that tells its plugins what is theirs.</summary>
internal static class SummaryValue
{
    private const int ScalarClass = 1, TensorClass = 2, BlobClass = 3;
    private const int FloatType = 1, DoubleType = 2, StringType = 7;

    public static Protobuf Scalar(string tag, double value) =>
        Value(tag, "scalars", ScalarClass, Tensor(FloatType).Float(5, (float)value));

    /// <summary>Rows of left edge, right edge and count.</summary>
    public static Protobuf Histogram(string tag, Histogram histogram)
    {
        var rows = new double[3 * histogram.Counts.Length];
        for (var i = 0; i < histogram.Counts.Length; i++)
        {
            rows[3 * i] = histogram.Min + i * histogram.Width;
            rows[3 * i + 1] = i == histogram.Counts.Length - 1 ? histogram.Max : histogram.Min + (i + 1) * histogram.Width;
            rows[3 * i + 2] = histogram.Counts[i];
        }
        return Value(tag, "histograms", TensorClass, Tensor(DoubleType, histogram.Counts.Length, 3).Doubles(6, rows));
    }

    /// <summary>Width and height of the first as text, then the files.</summary>
    public static Protobuf Images(string tag, IReadOnlyList<byte[]> pngs)
    {
        var (width, height) = pngs.Count == 0 ? (0, 0) : Png.Size(pngs[0]);
        var tensor = Tensor(StringType, 2 + pngs.Count).Text(8, Number(width)).Text(8, Number(height));
        foreach (var png in pngs)
            tensor.Bytes(8, png);
        return Value(tag, "images", BlobClass, tensor);
    }

    public static Protobuf Text(string tag, string markdown) => Value(tag, "text", TensorClass, Tensor(StringType).Text(8, markdown));

    /// <summary>A value that is nothing but its metadata.</summary>
    public static Protobuf HyperParameters(string tag, Protobuf content) =>
        Value(tag, "hparams", TensorClass, Tensor(FloatType).Float(5, 0), content);

    private static Protobuf Value(string tag, string plugin, int dataClass, Protobuf tensor, Protobuf? content = null)
    {
        var data = new Protobuf().Text(1, plugin);
        if (content is not null)
            data.Message(2, content);
        var metadata = new Protobuf().Message(1, data).Int(4, dataClass);
        return new Protobuf().Text(1, tag).Message(9, metadata).Message(8, tensor);
    }

    private static Protobuf Tensor(int type, params ReadOnlySpan<long> shape)
    {
        var dimensions = new Protobuf();
        foreach (var size in shape)
            dimensions.Message(2, new Protobuf().Int(1, size));
        return new Protobuf().Int(1, type).Message(2, dimensions);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
