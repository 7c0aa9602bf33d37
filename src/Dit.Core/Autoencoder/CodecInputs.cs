using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>What a codec refuses, said at the call that brought it.</summary>
internal static class CodecInputs
{
    /// <summary>Checks for floating-point [B, channels, H, W] whose height and width are multiples of a number.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="channels">Channels it must have.</param>
    /// <param name="multiple">What its height and width must be multiples of.</param>
    /// <param name="property">Which property says how many channels.</param>
    /// <param name="parameter">The parameter that brought it; its name is also what the tensor is called.</param>
    public static void Check(Tensor x, int channels, int multiple, string property, string parameter)
    {
        ArgumentNullException.ThrowIfNull(x, parameter);
        var shape = x.shape;
        if (shape.Length != 4 || shape[1] != channels)
            throw new ArgumentException($"The {parameter} are {Print(shape)}, but [B, {channels}, H, W] is expected ({property} = {channels}).", parameter);
        if (shape.Contains(0) || shape[2] % multiple != 0 || shape[3] % multiple != 0)
        {
            throw new ArgumentException(
                $"The {parameter} are {Print(shape)}, but their height and width must be positive multiples of {multiple}, and the batch not empty. "
                + $"Crop or resize them, such as to {Print([shape[0], channels, Nearest(shape[2], multiple), Nearest(shape[3], multiple)])}.", parameter);
        }
        if (!x.is_floating_point())
            throw new ArgumentException($"The {parameter} are {x.dtype}; they must be floating point, usually float32 (images in [-1, 1]).", parameter);
    }

    public static string Print(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    private static long Nearest(long size, int multiple) => Math.Max(size / multiple, 1) * multiple;
}
