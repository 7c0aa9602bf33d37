using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a model refuses, said at the call that brought it.</summary>
internal static class ModelInputs
{
    public static void Check(DitConfig config, ConditionEmbedder? embedder, Tensor x, Tensor t, Tensor? y, Tensor? dropped)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        CheckImages(config, x, nameof(x));
        var batch = x.shape[0];
        if (!IsBatchOf(t, batch))
            throw new ArgumentException($"The times are {Shape(t)}, but there are {batch} images: give one time per image, [{batch}].", nameof(t));
        CheckCondition(config, embedder, y, batch);
        if (dropped is not null && (!IsBatchOf(dropped, batch) || dropped.dtype != ScalarType.Bool))
            throw new ArgumentException($"The dropout mask is {dropped.dtype} {Shape(dropped)}; it must be Bool [{batch}].", nameof(dropped));
    }

    public static void CheckShared(DitConfig config, ConditionEmbedder? embedder, Tensor x, Tensor t, Tensor? y, Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        ArgumentNullException.ThrowIfNull(rows);
        CheckImages(config, x, nameof(x));
        if (t.ndim != 1)
            throw new ArgumentException($"The times are {Shape(t)}; they must be [P].", nameof(t));
        CheckCondition(config, embedder, y, t.shape[0]);
        if (!IsBatchOf(rows, x.shape[0]) || rows.dtype != ScalarType.Int64)
            throw new ArgumentException($"The rows are {rows.dtype} {Shape(rows)}; they must be Int64 [{x.shape[0]}], one per image.", nameof(rows));
        if (rows.device.type == DeviceType.CPU && !IsWithin(rows, t.shape[0]))
            throw new ArgumentException($"The rows name a time that there is not: of {t.shape[0]} times they are 0 to {t.shape[0] - 1}.", nameof(rows));
    }

    private static void CheckCondition(DitConfig config, ConditionEmbedder? embedder, Tensor? y, long batch)
    {
        if (y is null)
        {
            if (config.Classes > 0 && !config.HasNullClass)
                throw new ArgumentException("The model needs labels: it has no null class (DitConfig.LabelDropout = 0).", nameof(y));
        }
        else if (embedder is null)
        {
            throw new ArgumentException("The model is unconditional (DitConfig.Classes = 0); it takes no labels.", nameof(y));
        }
        else
        {
            embedder.Check(y, batch, nameof(y));
        }
    }

    /// <summary>Checks that the images are floating point and of the model's size.</summary>
    public static void CheckImages(DitConfig config, Tensor images, string parameter)
    {
        var ((height, width), channels) = (config.ImageSize, config.Channels);
        var shape = images.shape;
        var isOther = config.VariableSize && shape.Length == 4 && shape[1] == channels && shape[2] > 0 && shape[3] > 0;
        if (isOther && (shape[2] % config.PatchSize != 0 || shape[3] % config.PatchSize != 0))
            throw new ArgumentException($"The images are {Shape(images)}, whose sides are no multiples of DitConfig.PatchSize = {config.PatchSize}. Crop them to such sizes.", parameter);
        if (!isOther && (shape.Length != 4 || shape[1] != channels || shape[2] != height || shape[3] != width))
        {
            var cure = shape.Length == 4 && shape[1] == channels
                ? $"(DitConfig.ImageSize = {config.ImageSize}). Resize them, or build the model with that ImageSize, or with VariableSize."
                : shape.Length == 4 && channels == 1 && shape[1] == 3
                    ? "(DitConfig.Channels = 1). Convert them to grey, or build the model with Channels = 3."
                    : $"(DitConfig.Channels = {channels}, ImageSize = {config.ImageSize}).";
            throw new ArgumentException($"The images are {Shape(images)}, but the model takes [B, {channels}, {height}, {width}] {cure}", parameter);
        }
        if (!images.is_floating_point())
            throw new ArgumentException($"The images are {images.dtype}; they must be floating point, usually float32 in [-1, 1].", parameter);
    }

    public static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static bool IsWithin(Tensor rows, long count)
    {
        foreach (var row in rows.data<long>())
        {
            if (row < 0 || row >= count)
                return false;
        }
        return true;
    }

    private static bool IsBatchOf(Tensor tensor, long batch) => tensor.shape is [var length] && length == batch;
}
