using System.Buffers;
using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>A batch of images as bytes, which are a quarter of the floats they become.</summary>
internal sealed class PixelBatch : HostBatch
{
    private const byte Grey = 128;

    private readonly int _count;
    private readonly string _firstName;
    private readonly PixelImage _first;
    private readonly long[]? _labels;       // [B]
    private readonly float[]? _attributes;  // [B, A]
    private readonly int _width;            // A
    private byte[] _planes;                 // [B, C, H, W], rented

    /// <param name="count">B.</param>
    /// <param name="first">The first image, as pixels; it sets the size of all.</param>
    /// <param name="firstName">What the first image is called in errors.</param>
    public PixelBatch(int count, BatchEntry first, string firstName)
    {
        (_count, _first, _firstName, _width) = (count, first.Image!, firstName, first.Attributes.Length);
        _attributes = _width > 0 ? new float[count * _width] : null;
        _labels = first.Label is null || _width > 0 ? null : new long[count];
        var bytes = (long)count * _first.Pixels.Length;
        if (bytes > int.MaxValue / sizeof(float))
            throw new InvalidOperationException($"A batch of {count} images of {Size(_first)} takes more than 2 GiB as float32. Choose a smaller batch.");
        _planes = ArrayPool<byte>.Shared.Rent((int)bytes);
    }

    /// <summary>Where an image may be written before it is <see cref="Set"/>.</summary>
    public IPixelTarget Slot(int place, bool mirror) =>
        new BatchSlot(_planes.AsMemory(place * _first.Pixels.Length, _first.Pixels.Length), _first, mirror);

    /// <param name="place">0 to B - 1.</param>
    /// <param name="entry">An image of the size of the first one.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <param name="mirror">Whether it is to be mirrored.</param>
    public void Set(int place, BatchEntry entry, string name, bool mirror)
    {
        if (entry.Image is { } image && (image.Height, image.Width, image.Channels) != (_first.Height, _first.Width, _first.Channels))
            throw new InvalidDataException(
                $"{Capital(name)} is {Size(image)}, but {_firstName} of the same batch is {Size(_first)} ([H, W, C]). "
                + "All images of a batch have one size: crop them (Crop; with AspectBuckets set BatchLoader.Buckets, too), or load them with the same number of channels.");
        if (entry.Attributes.Length != _width)
            throw new InvalidDataException(
                $"{Capital(name)} has {entry.Attributes.Length} attributes, but {_firstName} of the same batch has {_width}. "
                + "All images of a data set have equally many.");
        if (_attributes is null && entry.Label is null != _labels is null)
            throw new InvalidDataException(
                $"{Capital(name)} has {(entry.Label is null ? "no label" : "a label")}, "
                + $"but {_firstName} of the same batch has {(_labels is null ? "none" : "one")}. "
                + "Either all images of a data set have labels or none has.");
        if (_labels is not null) _labels[place] = entry.Label!.Value;
        entry.Attributes.Span.CopyTo(_attributes.AsSpan(place * _width, _width));
        if (entry.Image is not null) Planes.FromPixels(entry.Image, Place(place), mirror);
    }

    /// <summary>Puts an image that has been <see cref="Set"/> in another place, too.</summary>
    public void Repeat(int from, int place)
    {
        if (_labels is not null) _labels[place] = _labels[from];
        _attributes.AsSpan(from * _width, _width).CopyTo(_attributes.AsSpan(place * _width, _width));
        Place(from).CopyTo(Place(place));
    }

    /// <summary>Grey, with unknown attributes.</summary>
    public void SetPlaceholder(int place, long? label)
    {
        if (_labels is not null)
            _labels[place] = label ?? throw new InvalidDataException(
                "An image that could not be read has no label, so nothing can stand in for it. Use BadImagePolicy.Skip.");
        _attributes.AsSpan(place * _width, _width).Fill(float.NaN);
        Place(place).Fill(Grey);
    }

    public override Batch ToBatch(BatchTarget target)
    {
        var images = target.Images(_planes.AsSpan(0, _count * _first.Pixels.Length), _count, _first.Channels, _first.Height, _first.Width);     // [B, C, H, W]
        try
        {
            return new Batch(images, Conditions(target));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        if (_planes.Length > 0) ArrayPool<byte>.Shared.Return(_planes);
        _planes = [];
    }

    private Tensor? Conditions(BatchTarget target)
    {
        using var scope = NewDisposeScope();
        if (_attributes is not null) return target.Move(tensor(_attributes).reshape(_count, _width)).DetachFromDisposeScope();         // [B, A]
        return _labels is null ? null : target.Move(tensor(_labels)).DetachFromDisposeScope();                                         // [B]
    }

    private Span<byte> Place(int place) => _planes.AsSpan(place * _first.Pixels.Length, _first.Pixels.Length);

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Size(PixelImage image) => $"[{image.Height}, {image.Width}, {image.Channels}]";
}
