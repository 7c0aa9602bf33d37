using Dit.Core;
using static TorchSharp.torch;

namespace Dit.Data;

/// <summary>What the loaders have in common: batches read ahead by worker threads, the same whatever their number.</summary>
/// <remarks>
/// <para>Asking for a batch returns when it is there, on the caller's thread, because gradient mode and dispose scopes belong to
/// a thread; when the workers keep up, it does not wait. A batch lives until the next one is asked for (see
/// <see cref="DisposeBatches"/>), so a loop needs no <c>using</c>.</para>
/// <para>The workers are threads of the loader. They start with the first enumeration, wait while <see cref="Prefetch"/> batches
/// are ready, and end when the loader is disposed.</para>
/// </remarks>
public abstract class ImageLoader : IBatchSource, IAsyncDisposable, IDisposable
{
    private readonly BadImageLog _bad = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private WorkerThreads? _threads;
    private BatchPosition _position;
    private int _enumerating;

    private protected ImageLoader(int batchSize, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        (BatchSize, Seed) = (batchSize, seed);
    }

    /// <value>Images in a batch (of this rank).</value>
    public int BatchSize { get; }

    /// <value>What fixes the order of every epoch and the augmentation of every image.</value>
    public long Seed { get; }

    /// <value>Batches that are read at the same time; 0 reads on the consumer's thread. The number of processors unless set.</value>
    public int Workers { get; init => field = NotNegative(value, nameof(Workers)); } = Environment.ProcessorCount;

    /// <value>Batches that are held ready besides those being read; 2 unless set.</value>
    public int Prefetch { get; init => field = NotNegative(value, nameof(Prefetch)); } = 2;

    /// <value>Whether the last batch of an epoch is left out when it is not full (the default).</value>
    public bool DropLast { get; init; } = true;

    /// <value>Whether one image in two is mirrored, others in every epoch. Not for digits or text.</value>
    public bool HorizontalFlip { get; init; }

    /// <value>What is kept of every image, and in which size; random choices are a function of (seed, epoch, index). Null keeps all of it.</value>
    public IImageCrop? Crop { get; init; }

    /// <value>
    /// What is done to every image after the crop: from the image and random numbers, a function of (seed, epoch, index), to the image
    /// to use. It runs on the workers, so it takes its randomness from nowhere else. Null leaves the images as they are.
    /// </value>
    public Func<PixelImage, Random, PixelImage>? Transform { get; init; }

    /// <value>This process's number among <see cref="Ranks"/> that share the data, from 0.</value>
    public int Rank { get; init => field = NotNegative(value, nameof(Rank)); }

    /// <value>How many processes share the data, each with a loader of the same data, batch size and seed; 1 unless set.</value>
    public int Ranks { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(Ranks), value, "There is at least one rank."); } = 1;

    /// <value>What happens when an image cannot be read; <see cref="BadImagePolicy.Throw"/> unless set.</value>
    public BadImagePolicy OnBadImage { get; init; }

    /// <value>The images that could not be read so far, each once, in the order of the batches handed out.</value>
    public IReadOnlyList<BadImage> BadImages => _bad.Images;

    /// <value>How often an image could not be read; one that is bad in two epochs counts twice.</value>
    public long BadImageCount => _bad.Count;

    /// <value>Where the batches are to be; null (the default) leaves them in host memory. The copy is asynchronous, from pinned memory.</value>
    public Device? Device { get; init; }

    /// <value>Whether batches in host memory are pinned, so that a later copy to a GPU is asynchronous. Needs CUDA.</value>
    public bool PinMemory { get; init; }

    /// <value>Whether a batch is disposed when the next one is asked for (the default); false leaves that to the consumer.</value>
    public bool DisposeBatches { get; init; } = true;

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

    /// <summary>Ends the workers and waits for them; an enumeration that has not ended ends with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        lock (_lock)
        {
            _closing.Cancel();
            _threads?.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(Task.Run(Dispose));
    }

    /// <summary>Begins an epoch, from a batch on.</summary>
    private protected abstract EpochReading Open(BatchPosition from);

    private protected Augmentation Augmentation => new(HorizontalFlip, Crop, Transform);

    private protected void CheckRank()
    {
        if (Rank >= Ranks) throw new InvalidOperationException($"The rank is {Rank}, but ranks are 0 to {Ranks - 1} (Ranks = {Ranks}).");
    }

    private IEnumerable<Batch> Enumerate(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (Interlocked.Exchange(ref _enumerating, 1) != 0)
            throw new InvalidOperationException(
                "The loader is being enumerated already: leave that loop (or dispose its enumerator) first, or make a second loader.");

        try
        {
            CheckRank();
            var (epoch, next) = _position;
            using var epochReading = Open(_position);
            using var ahead = ReadAhead(epochReading, next, cancellationToken);
            for (var (first, last) = (next, false); !last;)
            {
                using var host = Take(ahead, cancellationToken)
                    ?? throw new InvalidOperationException($"The epoch has no batch {first}: it ends before, or does not fill one batch of {BatchSize}.");
                last = host.IsLast || ++next == epochReading.Batches;
                var batch = host.ToBatch(new BatchTarget(Device, PinMemory));
                _bad.Add(host.Bad);
                host.Dispose();
                _position = last ? new BatchPosition(epoch + 1, 0) : new BatchPosition(epoch, next);
                yield return batch;
                if (DisposeBatches) batch.Dispose();
            }
        }
        finally
        {
            _enumerating = 0;
        }
    }

    private ReadAhead ReadAhead(EpochReading epoch, long first, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (Workers > 0) _threads ??= new WorkerThreads(Workers);
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            return new ReadAhead(epoch.Read, first, epoch.Batches ?? long.MaxValue, Workers + Prefetch, _threads, stop);
        }
    }

    private HostBatch? Take(ReadAhead ahead, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            return ahead.Next();
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();       // with the consumer's token, not ours
            throw new ObjectDisposedException(GetType().FullName);
        }
    }

    private static int NotNegative(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);
        return value;
    }
}
