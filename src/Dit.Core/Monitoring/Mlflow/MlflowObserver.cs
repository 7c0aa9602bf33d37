using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dit.Core;

/// <summary>Sends a training's numbers and settings to an MLflow server, through its REST API, in the background.</summary>
/// <remarks>
/// The training never waits for the server and never ends for it. A request that fails is made again; numbers wait meanwhile. What had to be dropped, or what
/// the server refused, is counted in <see cref="Dropped"/> and logged. Pictures and distributions are not sent.
/// </remarks>
public sealed class MlflowObserver : ITrainingObserver, ITrainingLog, IDisposable
{
    private const int MostMetrics = 1000, MostParams = 100, LongestValue = 6000, LongestKey = 250;      // MLflow's limits of a request

    private readonly MlflowOptions _options;
    private readonly MlflowClient _client;
    private readonly ILogger _logger;
    private readonly Channel<MlflowMetric> _metrics;
    private readonly MlflowPair[] _params;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _sending;
    private long _dropped, _unlogged, _steps = -1;
    private bool _reached, _disposed;
    private int _failing;

    /// <summary>Begins a run.</summary>
    /// <param name="server">Its <see cref="HttpClient.BaseAddress"/> is the tracking server, such as <c>http://localhost:5000/</c>; its headers authenticate. It stays the caller's.</param>
    /// <param name="options">How to name and send the run.</param>
    /// <param name="info">Settings to send.</param>
    /// <param name="loggerFactory">Where failures are logged to.</param>
    /// <exception cref="ArgumentException">The client has no base address, or an option is out of range.</exception>
    public MlflowObserver(HttpClient server, MlflowOptions? options = null, RunInfo? info = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.BaseAddress is null)
            throw new ArgumentException("The HttpClient has no BaseAddress; set it to the tracking server's, such as http://localhost:5000/.", nameof(server));
        _options = (options ?? new()).Validate();
        _logger = loggerFactory?.CreateLogger<MlflowObserver>() ?? NullLogger<MlflowObserver>.Instance;
        _params = [.. (info ?? new()).AllSettings().Select(s => new MlflowPair(Key(s.Key), Cut(RunSettings.Text(s.Value), LongestValue)))];
        _client = new MlflowClient(server, _options.FirstRetry, Failed);
        _metrics = Channel.CreateBounded<MlflowMetric>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _sending = Task.Run(() => SendAllAsync(_stop.Token));
    }

    /// <value>Numbers and settings that MLflow did not get.</value>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <value>The run's id, once the server has given it.</value>
    public string? RunId { get; private set; }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        _reached = Interval.IsLast(progress, _steps);
        _steps = progress.Steps;
        AddScalars(progress.Step, ("loss", progress.Loss), ("learning_rate", progress.LearningRate), ("gradient_norm", progress.GradientNorm),
            ("images_per_second", progress.ImagesPerSecond), ("data_wait", progress.DataWait), ("epoch", progress.Epoch()));
    }

    /// <inheritdoc/>
    public void AddScalars(long step, params ReadOnlySpan<(string Name, double Value)> values)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var (name, value) in values)
        {
            if (!_metrics.Writer.TryWrite(new(Key(name), value, now, step)))
                Drop(1);
        }
    }

    /// <summary>Sends what waits, for at most <see cref="MlflowOptions.LastWait"/>, and ends the run: FINISHED where the training reached its goal, else KILLED.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _metrics.Writer.Complete();
        _closing.SetResult();
        _stop.CancelAfter(_options.LastWait);
        _sending.GetAwaiter().GetResult();
        while (_metrics.Reader.TryRead(out _))
            Drop(1);
        if (_unlogged > 0)
            _logger.MlflowDropped(_unlogged);
        _stop.Dispose();
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        var batch = new List<MlflowMetric>();
        try
        {
            RunId = await StartAsync(cancellationToken).ConfigureAwait(false);
            foreach (var some in _params.Chunk(MostParams))
                await SendAsync([], some, cancellationToken).ConfigureAwait(false);
            while (await _metrics.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (batch.Count < MostMetrics && _metrics.Reader.TryRead(out var metric))
                    batch.Add(metric);
                await SendAsync(batch, [], cancellationToken).ConfigureAwait(false);
                batch.Clear();
                if (_metrics.Reader.Count < MostMetrics)
                    await Task.WhenAny(Task.Delay(_options.Every, cancellationToken), _closing.Task).ConfigureAwait(false);
            }
            var status = _reached ? "FINISHED" : "KILLED";
            await _client.UpdateRunAsync(new(RunId, status, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Drop(batch.Count);
        }
        catch (Exception e)
        {
            Drop(batch.Count);
            _logger.MlflowRefused(batch.Count, e.Message);                    // no run: nothing can be sent any more, and what comes is counted
        }
    }

    /// <summary>The run to go on with, or a new one.</summary>
    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        string id;
        if (_options.RunIdFile is { } known && File.Exists(known))
        {
            id = (await File.ReadAllTextAsync(known, cancellationToken).ConfigureAwait(false)).Trim();
            await _client.UpdateRunAsync(new(id, "RUNNING", null), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var experiment = await _client.ExperimentAsync(_options.Experiment, cancellationToken).ConfigureAwait(false);
            id = await _client.CreateRunAsync(experiment, _options.RunName, cancellationToken).ConfigureAwait(false);
            if (_options.RunIdFile is { } file)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
                await File.WriteAllTextAsync(file, id, cancellationToken).ConfigureAwait(false);
            }
        }
        _logger.MlflowRun(id, _options.Experiment);
        return id;
    }

    private async Task SendAsync(List<MlflowMetric> metrics, MlflowPair[] parameters, CancellationToken cancellationToken)
    {
        if (metrics.Count + parameters.Length == 0)
            return;
        try
        {
            await _client.LogAsync(new(RunId!, metrics, parameters), cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _failing, 0);
        }
        catch (HttpRequestException e)
        {
            Interlocked.Add(ref _dropped, metrics.Count + parameters.Length);
            _logger.MlflowRefused(metrics.Count + parameters.Length, e.Message);
        }
    }

    /// <summary>Says so once, until something succeeds.</summary>
    private void Failed(string reason)
    {
        if (Interlocked.Exchange(ref _failing, 1) == 0)
            _logger.MlflowFails(reason);
    }

    private void Drop(long count)
    {
        Interlocked.Add(ref _dropped, count);
        if (Interlocked.Add(ref _unlogged, count) == count && count > 0)
            _logger.MlflowDropped(count);
    }

    /// <summary>MLflow's keys are letters, digits and _ - . : / and space.</summary>
    private static string Key(string name) =>
        Cut(string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/' or ' ' ? c : '_')), LongestKey);

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
