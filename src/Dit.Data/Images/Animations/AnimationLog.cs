using Dit.Core;

namespace Dit.Data;

/// <summary>Makes an animation of each picture that a training logs again and again: how what the model draws changes. A log for a <see cref="SampleObserver"/>.</summary>
/// <remarks>
/// The pictures are kept in the folder's <c>samples</c>, where a <see cref="ReportObserver"/> keeps them, too, so that a resumed training goes on with them;
/// the animation of each name is <c>animations/name.gif</c>, which the report shows. It is made anew with every picture, from at most <see cref="MostFrames"/>.
/// </remarks>
public sealed class AnimationLog : ITrainingLog
{
    private readonly string _directory;
    private readonly string _extension;

    /// <summary>Keeps animations in a folder.</summary>
    /// <param name="directory">The run's folder.</param>
    /// <param name="format">GIF (the default) or WebP.</param>
    /// <exception cref="ArgumentOutOfRangeException">The format is another.</exception>
    public AnimationLog(string directory, ImageFileFormat format = ImageFileFormat.Gif)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _directory = directory;
        _extension = format switch
        {
            ImageFileFormat.Gif => ".gif",
            ImageFileFormat.WebP => ".webp",
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Animations are written as GIF or WebP."),
        };
    }

    /// <value>How it plays. Default: 200 ms a picture, 2 s for the last.</value>
    public AnimationOptions Timing { get; init; } = new() { FrameDuration = TimeSpan.FromMilliseconds(200), LastFrameDuration = TimeSpan.FromSeconds(2) };

    /// <value>Pictures in an animation; of more, some are left out, evenly. Default 100.</value>
    public int MostFrames { get; init; } = 100;

    /// <inheritdoc/>
    public void AddImage(string name, byte[] png, long step)
    {
        var newest = SampleFile.Save(_directory, name, png, step);
        SampleFile[] all = [.. SampleFile.List(_directory).Where(s => s.Name == newest.Name && s.Step <= step)];       // later ones are of a future that was given up
        var animation = new Animation();
        foreach (var sample in SampleFile.Spread(all, MostFrames))
            animation.Add(PixelImage.Load(sample.Path));
        animation.Save(Path.Combine(_directory, "animations", newest.Name + _extension), Timing);
    }
}
