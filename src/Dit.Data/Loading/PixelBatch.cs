using System.Buffers;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>
/// A batch as bytes, which workers fill on any thread; only its consumer makes tensors of it, so that none is born in another
/// thread's dispose scope. Bytes are a quarter of the floats they become.
/// </summary>
internal sealed class PixelBatch : IDisposable
{
    private readonly int _count;
    private readonly int _firstIndex;
    private readonly PixelImage _first;
    private readonly long[]? _labels;       // [B]
    private byte[] _planes;                 // [B, C, H, W], rented

    /// <param name="count">B.</param>
    /// <param name="first">The first image; it sets the size of all.</param>
    /// <param name="firstIndex">Where the first image is in the data set, for errors.</param>
    public PixelBatch(int count, LabeledImage first, int firstIndex)
    {
        (_count, _first, _firstIndex) = (count, first.Image, firstIndex);
        _labels = first.Label is null ? null : new long[count];
        var bytes = (long)count * _first.Pixels.Length;
        if (bytes > int.MaxValue / sizeof(float))
            throw new InvalidOperationException($"A batch of {count} images of {Size(_first)} takes more than 2 GiB as float32. Choose a smaller batch.");
        _planes = ArrayPool<byte>.Shared.Rent((int)bytes);
    }

    public void Set(int place, LabeledImage sample, int index, bool mirror)
    {
        var image = sample.Image;
        if ((image.Height, image.Width, image.Channels) != (_first.Height, _first.Width, _first.Channels))
            throw new InvalidDataException(
                $"Image {index} is {Size(image)}, but image {_firstIndex} of the same batch is {Size(_first)} ([H, W, C]). "
                + "All images of a batch have one size.");
        if (sample.Label is null != _labels is null)
            throw new InvalidDataException(
                $"Image {index} has {(sample.Label is null ? "no label" : "a label")}, "
                + $"but image {_firstIndex} of the same batch has {(_labels is null ? "none" : "one")}. "
                + "Either all images of a data set have labels or none has.");
        if (_labels is not null) _labels[place] = sample.Label!.Value;
        Planes.FromPixels(image, _planes.AsSpan(place * image.Pixels.Length, image.Pixels.Length), mirror);
    }

    /// <summary>Tensors in no dispose scope, owned by the batch.</summary>
    public Batch ToBatch()
    {
        var bytes = _planes.AsSpan(0, _count * _first.Pixels.Length);
        var images = Planes.ToTensor(bytes, _count, _first.Channels, _first.Height, _first.Width);              // [B, C, H, W]
        if (_labels is null) return new Batch(images);
        try
        {
            return new Batch(images, tensor(_labels, ScalarType.Int64, CPU).DetachFromDisposeScope());      // [B]
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Gives the bytes back.</summary>
    public void Dispose()
    {
        if (_planes.Length > 0) ArrayPool<byte>.Shared.Return(_planes);
        _planes = [];
    }

    private static string Size(PixelImage image) => $"[{image.Height}, {image.Width}, {image.Channels}]";
}
