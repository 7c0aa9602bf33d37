using System.Globalization;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Writes what TensorBoard shows: an event file, which is appended to and never changed.</summary>
/// <remarks>
/// A record is whole when a call returns, so a process that dies leaves a file that can be read, and TensorBoard may read while it
/// is written. Any thread may call. Slashes in tags group them.
/// </remarks>
public sealed class TensorBoardWriter : ITrainingLog, IDisposable
{
    private static int _files;
    private readonly RecordFile _file;

    /// <summary>Creates an event file in a folder, which may hold those of earlier runs.</summary>
    /// <param name="directory">The folder; it is created if missing. TensorBoard takes its name for the run's.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public TensorBoardWriter(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        Directory.CreateDirectory(directory);
        // TensorBoard reads files in the order of their names; the numbers tell those of one second apart.
        var name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{(long)Now:D10}.{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref _files) - 1:D6}");
        Path = System.IO.Path.Combine(directory, name);
        _file = new RecordFile(Path);
        _file.Append(new Protobuf().Double(1, Now).Text(3, "brain.Event:2").Message(10, new Protobuf().Text(1, "Dit.Core")).Written);
    }

    /// <value>The event file.</value>
    public string Path { get; }

    private static double Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Adds a point to a curve.</summary>
    /// <param name="tag">The curve, such as <c>loss/step</c>.</param>
    /// <param name="value">The value; it is kept as float32.</param>
    /// <param name="step">Steps done.</param>
    public void AddScalar(string tag, double value, long step) => Add(step, SummaryValue.Scalar(Checked(tag), value));

    /// <summary>Adds a point to each of several curves, in one record.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="values">The curves and their values.</param>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
        var points = new Protobuf[values.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = SummaryValue.Scalar(Checked(values[i].Name), values[i].Value);
        Add(step, points);
    }

    /// <summary>Adds a distribution, in 30 buckets of equal width.</summary>
    /// <param name="name">What the values are.</param>
    /// <param name="values">The values; those that are not finite are left out.</param>
    /// <param name="step">Steps done.</param>
    public void AddHistogram(string name, ReadOnlySpan<float> values, long step) => Add(step, SummaryValue.Histogram(Checked(name), Histogram.Of(values)));

    /// <summary>Adds the distribution of a tensor's values; it waits for the tensor's device.</summary>
    /// <param name="tag">What the values are.</param>
    /// <param name="values">A tensor of any shape, type and device.</param>
    /// <param name="step">Steps done.</param>
    public void AddHistogram(string tag, Tensor values, long step)
    {
        ArgumentNullException.ThrowIfNull(values);
        AddHistogram(tag, Histogram.Values(values), step);
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="name">What it shows.</param>
    /// <param name="png">A PNG file.</param>
    /// <param name="step">Steps done.</param>
    /// <exception cref="ArgumentException">The bytes are no PNG file.</exception>
    public void AddImage(string name, byte[] png, long step)
    {
        ArgumentNullException.ThrowIfNull(png);
        AddImages(name, [png], step);
    }

    /// <summary>Adds pictures under one tag.</summary>
    /// <param name="tag">What they show.</param>
    /// <param name="pngs">PNG files of one size. TensorBoard shows the first few.</param>
    /// <param name="step">Steps done.</param>
    /// <exception cref="ArgumentException">A file is none of PNG.</exception>
    public void AddImages(string tag, IReadOnlyList<byte[]> pngs, long step)
    {
        ArgumentNullException.ThrowIfNull(pngs);
        foreach (var png in pngs)
            Png.Size(png);
        Add(step, SummaryValue.Images(Checked(tag), pngs));
    }

    /// <summary>Adds the images of a batch under one tag; it waits for the tensor's device.</summary>
    /// <param name="tag">What they show.</param>
    /// <param name="images">[B, C, H, W] with C = 1 (grey) or 3 (RGB), uint8, or floating point in [-1, 1].</param>
    /// <param name="step">Steps done.</param>
    /// <exception cref="ArgumentException">The shape or the type does not fit.</exception>
    public void AddImages(string tag, Tensor images, long step)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4)
            throw new ArgumentException($"Got [{string.Join(", ", images.shape)}], but a batch of images is [B, C, H, W].", nameof(images));
        using var scope = NewDisposeScope();
        AddImages(tag, [.. images.unbind(0).Select(Png.Encode)], step);
    }

    /// <summary>Adds a text.</summary>
    /// <param name="tag">What it is.</param>
    /// <param name="markdown">The text, in Markdown.</param>
    /// <param name="step">Steps done.</param>
    public void AddText(string tag, string markdown, long step)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        Add(step, SummaryValue.Text(Checked(tag), markdown));
    }

    /// <summary>Adds the settings of this run to TensorBoard's table of runs.</summary>
    /// <param name="settings">Numbers, texts, truth values and enums by name; see <see cref="RunSettings"/>.</param>
    /// <param name="metrics">Tags of the curves whose last values the table shows, such as <c>loss/epoch</c>.</param>
    /// <exception cref="ArgumentException">A value is of another type.</exception>
    public void AddHyperParameters(IReadOnlyDictionary<string, object> settings, params IReadOnlyList<string> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var values = RunSettings.Normalized(settings, nameof(settings));
        Add(0, SummaryValue.HyperParameters("_hparams_/experiment", HyperParameterMessages.Experiment(values, metrics, Now)));
        Add(0, SummaryValue.HyperParameters("_hparams_/session_start_info", HyperParameterMessages.SessionStart(values, Now)));
    }

    /// <summary>Adds a model: a node per layer, with its result's shape, its parameters and its multiply-adds.</summary>
    /// <param name="description">The model's layers, from <see cref="DitConfig.Describe"/>.</param>
    public void AddGraph(ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        _file.Append(Event(0).Message(4, GraphMessage.Of(description)).Written);
    }

    /// <summary>Tells TensorBoard that a training starts, or starts again: what earlier files of the folder hold from this step on is not shown.</summary>
    /// <param name="step">The first step that will be added.</param>
    public void AddSessionStart(long step) => _file.Append(Event(step).Message(7, new Protobuf().Int(1, 1)).Written);

    /// <summary>Waits until everything is on the disk itself, where it outlives the machine's failure. The process's it outlives anyway.</summary>
    public void Flush() => _file.Flush();

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Add(long step, params ReadOnlySpan<Protobuf> values)
    {
        var summary = new Protobuf();
        foreach (var value in values)
            summary.Message(1, value);
        _file.Append(Event(step).Message(5, summary).Written);
    }

    private static Protobuf Event(long step) => new Protobuf().Double(1, Now).Int(2, step);

    private static string Checked(string tag)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        return tag;
    }
}
