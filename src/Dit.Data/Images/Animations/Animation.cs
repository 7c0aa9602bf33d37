using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>Collects pictures as the frames of an animated GIF or WebP, such as the steps of a sampler.</summary>
/// <param name="columns">Images in a row, where a batch is a frame.</param>
/// <param name="padding">Black pixels around each image.</param>
public sealed class Animation(int columns = 8, int padding = 2)
{
    private readonly List<PixelImage> _frames = [];

    /// <value>Frames so far.</value>
    public int Count => _frames.Count;

    /// <summary>Adds a batch as a frame: rows of images, left to right, on black.</summary>
    /// <param name="images">[B, C, H, W] with C = 1 (grey) or 3 (RGB), in [-1, 1] (what lies outside is clamped), floating point, on any device; it is copied.</param>
    /// <exception cref="ArgumentException">The shape or type does not fit, or a value is no number.</exception>
    public void Add(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        _frames.Add(ImageGrid.Of(images, columns, padding, nameof(images)));
    }

    /// <summary>Adds a picture as a frame.</summary>
    /// <param name="frame">The picture.</param>
    public void Add(PixelImage frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _frames.Add(frame);
    }

    /// <summary>Writes the frames so far, under a temporary name that is then changed; missing folders are created.</summary>
    /// <param name="path">A name that ends in .gif or .webp, which is the format.</param>
    /// <param name="animation">Times; null: a tenth of a second a frame, for ever.</param>
    /// <param name="options">Quality; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name ends otherwise, there are no frames, or they differ in size.</exception>
    public void Save(string path, AnimationOptions? animation = null, ImageEncodeOptions? options = null) => AnimationFile.Save(path, _frames, animation, options);
}
