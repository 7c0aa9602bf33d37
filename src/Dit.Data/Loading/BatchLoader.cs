using Dit.Core;

namespace Dit.Data;

/// <summary>Batches of a data set, read ahead by worker threads, in an order that a seed fixes.</summary>
/// <remarks>
/// <para>The same seed gives the same batches whatever the number of workers; every epoch has an order of its own. With
/// <see cref="Position"/> set to a saved one, the stream goes on as if it had never stopped.</para>
/// <para>Asking for a batch returns when it is there, on the caller's thread, because gradient mode and dispose scopes belong to
/// a thread; when the workers keep up, it does not wait. A batch lives until the next one is asked for (see
/// <see cref="DisposeBatches"/>), so a loop needs no <c>using</c>.</para>
/// <para>An exception of the data set comes out of the enumeration, in the place of the batch that could not be read.</para>
/// </remarks>
public sealed class BatchLoader : IBatchSource, IAsyncDisposable, IDisposable
{
    private readonly IImageDataset _dataset;
    private readonly int _batchSize;
    private readonly long _seed;
    private readonly CancellationTokenSource _closing = new();
    private ConcurrentExclusiveSchedulerPair? _pool;
    private BatchPosition _position;
    private int _enumerating;

    /// <summary>Nothing is read before the first enumeration.</summary>
    /// <param name="dataset">The images; not disposed.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <param name="seed">Fixes the order of every epoch, and which images are mirrored.</param>
    public BatchLoader(IImageDataset dataset, int batchSize, long seed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        if (dataset.Count <= 0) throw new ArgumentException($"The data set {dataset.GetType().Name} has no images.", nameof(dataset));
        (_dataset, _batchSize, _seed) = (dataset, batchSize, seed);
    }

    /// <value>Batches that are read at the same time; 0 reads on the consumer's thread. The number of processors unless set.</value>
    public int Workers { get; init => field = NotNegative(value, nameof(Workers)); } = Environment.ProcessorCount;

    /// <value>Batches that are held ready besides those being read; 2 unless set.</value>
    public int Prefetch { get; init => field = NotNegative(value, nameof(Prefetch)); } = 2;

    /// <value>Whether every epoch has a new order (the default) or that of the data set.</value>
    public bool Shuffle { get; init; } = true;

    /// <value>Whether the last batch of an epoch is left out when it is not full (the default).</value>
    public bool DropLast { get; init; } = true;

    /// <value>Whether one image in two is mirrored, others in every epoch. Not for digits or text.</value>
    public bool HorizontalFlip { get; init; }

    /// <value>Whether a batch is disposed when the next one is asked for (the default); false leaves that to the consumer.</value>
    public bool DisposeBatches { get; init; } = true;

    /// <value>The number of batches in an epoch.</value>
    /// <exception cref="InvalidOperationException">The data set does not fill one batch, and <see cref="DropLast"/> is set.</exception>
    public long BatchesPerEpoch
    {
        get
        {
            var batches = DropLast ? _dataset.Count / _batchSize : (_dataset.Count - 1L) / _batchSize + 1;
            return batches > 0 ? batches : throw new InvalidOperationException(
                $"The data set has {_dataset.Count} images, which do not fill a batch of {_batchSize}. Choose a smaller batch, or set DropLast = false.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is set during an enumeration.</exception>
    public BatchPosition Position
    {
        get => _position;
        set
        {
            if (value.Epoch < 0 || value.Batch < 0) throw new ArgumentOutOfRangeException(nameof(value), value, "Epochs and batches count from 0.");
            if (_enumerating != 0) throw new InvalidOperationException("The position can be set only between enumerations: leave the loop first.");
            _position = value;
        }
    }

    /// <summary>Gives the rest of the current epoch.</summary>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>, within the reading of one image.</param>
    /// <exception cref="InvalidOperationException">
    /// Another enumeration of this loader has not ended, or <see cref="Position"/> is beyond the end of an epoch.
    /// </exception>
    public IAsyncEnumerator<Batch> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        Enumerate(cancellationToken).ToAsyncEnumerable().GetAsyncEnumerator(CancellationToken.None);

    private IEnumerable<Batch> Enumerate(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (Interlocked.Exchange(ref _enumerating, 1) != 0)
            throw new InvalidOperationException(
                "The loader is being enumerated already: leave that loop (or dispose its enumerator) first, or make a second loader.");

        try
        {
            var (epoch, first) = _position;
            var batches = BatchesPerEpoch;
            if (first >= batches)
                throw new InvalidOperationException($"The position is {_position}, but an epoch has {batches} batches. It is of another data set or batch size.");
            using var ahead = Read(epoch, first, batches, cancellationToken);
            for (var next = first + 1; next <= batches; next++)
            {
                var batch = Take(ahead, cancellationToken);
                _position = next == batches ? new BatchPosition(epoch + 1, 0) : new BatchPosition(epoch, next);
                yield return batch;
                if (DisposeBatches) batch.Dispose();
            }
        }
        finally
        {
            _enumerating = 0;
        }
    }

    private ReadAhead Read(long epoch, long first, long batches, CancellationToken cancellationToken)
    {
        var order = new EpochOrder(_dataset.Count, _seed, epoch, Shuffle);
        var reader = new BatchReader(_dataset, _batchSize, HorizontalFlip);
        if (Workers > 0) _pool ??= new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Workers);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        return new ReadAhead((number, token) => reader.Read(order, number, token), first, batches, Workers + Prefetch, _pool?.ConcurrentScheduler, stop);
    }

    private Batch Take(ReadAhead ahead, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            using var pixels = ahead.Next();
            return pixels.ToBatch();
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();       // with the consumer's token, not ours
            throw new ObjectDisposedException(GetType().FullName);
        }
    }

    /// <summary>Ends the workers and waits for them; an enumeration that has not ended ends with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => Close().GetAwaiter().GetResult();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => new(Close());

    private Task Close()
    {
        _closing.Cancel();
        _pool?.Complete();
        return _pool?.Completion ?? Task.CompletedTask;
    }

    private static int NotNegative(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        return value;
    }
}
