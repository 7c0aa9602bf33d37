using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a model refuses, said at the call that brought it.</summary>
internal static class ModelInputs
{
    public static void Check(DitConfig config, Tensor x, Tensor t, Tensor? y, Tensor? dropped)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        CheckImages(config, x, nameof(x));
        var batch = x.shape[0];
        if (!IsBatchOf(t, batch))
            throw new ArgumentException($"The times are {Shape(t)}, but there are {batch} images: give one time per image, [{batch}].", nameof(t));
        if (y is null)
        {
            if (config.Classes > 0 && !config.HasNullClass)
                throw new ArgumentException("The model needs labels: it has no null class (DitConfig.LabelDropout = 0).", nameof(y));
        }
        else
        {
            if (!IsBatchOf(y, batch))
                throw new ArgumentException($"The labels are {Shape(y)}, but there are {batch} images: give one label per image, [{batch}].", nameof(y));
            CheckLabels(config, y, nameof(y));
        }
        if (dropped is not null && (!IsBatchOf(dropped, batch) || dropped.dtype != ScalarType.Bool))
            throw new ArgumentException($"The dropout mask is {dropped.dtype} {Shape(dropped)}; it must be Bool [{batch}].", nameof(dropped));
    }

    /// <summary>Checks that the images are floating point and of the model's size.</summary>
    public static void CheckImages(DitConfig config, Tensor images, string parameter)
    {
        var (size, channels) = (config.ImageSize, config.Channels);
        var shape = images.shape;
        if (shape.Length != 4 || shape[1] != channels || shape[2] != size || shape[3] != size)
        {
            var cure = shape.Length == 4 && shape[1] == channels
                ? $"(DitConfig.ImageSize = {size}). Resize them, or build the model with that ImageSize."
                : shape.Length == 4 && channels == 1 && shape[1] == 3
                    ? "(DitConfig.Channels = 1). Convert them to grey, or build the model with Channels = 3."
                    : $"(DitConfig.Channels = {channels}, ImageSize = {size}).";
            throw new ArgumentException($"The images are {Shape(images)}, but the model takes [B, {channels}, {size}, {size}] {cure}", parameter);
        }
        if (!images.is_floating_point())
            throw new ArgumentException($"The images are {images.dtype}; they must be floating point, usually float32 in [-1, 1].", parameter);
    }

    /// <summary>Checks the type of labels, and their range where they are in host memory.</summary>
    public static void CheckLabels(DitConfig config, Tensor labels, string parameter)
    {
        if (config.Classes == 0)
            throw new ArgumentException("The model is unconditional (DitConfig.Classes = 0); it takes no labels.", parameter);
        if (labels.dtype != ScalarType.Int64)
            throw new ArgumentException($"The labels are {labels.dtype}; they must be Int64.", parameter);
        if (!labels.is_cpu() || labels.numel() == 0)
            return;
        using var dense = labels.contiguous();
        var most = config.HasNullClass ? config.Classes : config.Classes - 1;
        foreach (var label in MemoryMarshal.Cast<byte, long>(dense.bytes))
        {
            if (label >= 0 && label <= most)
                continue;
            var range = config.HasNullClass
                ? $"0 to {config.Classes - 1}, or {config.Classes} for the null class"
                : $"0 to {config.Classes - 1}";
            throw new ArgumentException($"A label is {label}, but the model has {config.Classes} classes: {range} (DitConfig.Classes).", parameter);
        }
    }

    public static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static bool IsBatchOf(Tensor tensor, long batch) => tensor.shape is [var length] && length == batch;
}
