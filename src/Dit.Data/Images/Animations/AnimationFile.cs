using Dit.Core;

namespace Dit.Data;

/// <summary>Animated GIF and WebP files.</summary>
public static class AnimationFile
{
    /// <summary>Encodes images as the frames of an animation.</summary>
    /// <param name="frames">At least one; all of one size.</param>
    /// <param name="format">GIF (256 colours a frame) or WebP.</param>
    /// <param name="animation">Times; null: a tenth of a second a frame, for ever.</param>
    /// <param name="options">Quality; null: the defaults.</param>
    /// <exception cref="ArgumentException">There are no frames, or they differ in size.</exception>
    public static byte[] Encode(
        IReadOnlyList<PixelImage> frames, ImageFileFormat format, AnimationOptions? animation = null, ImageEncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0) throw new ArgumentException("Got no frames, but an animation has at least one.", nameof(frames));
        if (format is not (ImageFileFormat.Gif or ImageFileFormat.WebP))
            throw new ArgumentOutOfRangeException(nameof(format), format, "Animations are written as GIF or WebP.");
        for (var i = 1; i < frames.Count; i++)
        {
            if ((frames[i].Height, frames[i].Width, frames[i].Channels) != (frames[0].Height, frames[0].Width, frames[0].Channels))
                throw new ArgumentException(
                    $"Frame {i} is [{frames[i].Height}, {frames[i].Width}, {frames[i].Channels}], but frame 0 is "
                    + $"[{frames[0].Height}, {frames[0].Width}, {frames[0].Channels}]. All frames have one size.", nameof(frames));
        }
        return ImageCodec.Instance.Encode(frames, format, options ?? ImageEncodeOptions.Default, animation ?? AnimationOptions.Default);
    }

    /// <summary>Writes an animation, under a temporary name that is then changed; missing folders are created.</summary>
    /// <param name="path">A name that ends in .gif or .webp, which is the format.</param>
    /// <param name="frames">At least one; all of one size.</param>
    /// <param name="animation">Times; null: a tenth of a second a frame, for ever.</param>
    /// <param name="options">Quality; null: the defaults.</param>
    /// <exception cref="ArgumentException">The name ends otherwise, there are no frames, or they differ in size.</exception>
    public static void Save(string path, IReadOnlyList<PixelImage> frames, AnimationOptions? animation = null, ImageEncodeOptions? options = null)
    {
        var format = ImageSignature.FromName(path);
        if (format is not (ImageFileFormat.Gif or ImageFileFormat.WebP))
            throw new ArgumentException($"'{path}' ends in neither .gif nor .webp, the formats of animations.", nameof(path));
        AtomicFile.Write(path, Encode(frames, format, animation, options));
    }
}
