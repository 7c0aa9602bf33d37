using System.Runtime.ExceptionServices;

namespace Dit.Data;

/// <summary>Reads an epoch of a stream: files one after the other, by whichever worker's turn it is; decoding by all of them at once.</summary>
internal sealed class StreamReading : EpochReading
{
    private readonly Lock _turn = new();
    private readonly StreamOrder _order;
    private readonly IEnumerator<EncodedImage> _images;
    private readonly Augmentation _augmentation;
    private readonly BadImagePolicy _policy;
    private readonly ulong _key;
    private readonly (int Size, bool DropLast, ImageDecodeOptions Decoding) _batch;
    private readonly long _first;
    private readonly Dictionary<long, Files> _read = [];        // by batch, until its worker takes it
    private Files? _ahead;
    private long _next;

    public StreamReading(
        StreamOrder order, (int Size, bool DropLast, ImageDecodeOptions Decoding) batch, ulong key, long first, Augmentation augmentation, BadImagePolicy policy)
    {
        (_order, _batch, _key, _first, _augmentation, _policy) = (order, batch, key, first, augmentation, policy);
        _images = order.Images().GetEnumerator();
    }

    public override long? Batches => null;

    public override HostBatch? Read(long number, CancellationToken cancellationToken) =>
        Take(number, cancellationToken) is { } files ? Decode(files, number, cancellationToken) : null;

    public override void Dispose()
    {
        base.Dispose();
        _images.Dispose();
    }

    /// <summary>The files of a batch. Whoever comes first reads those of earlier batches too, so that nobody waits for a turn.</summary>
    private Files? Take(long number, CancellationToken cancellationToken)
    {
        lock (_turn)
        {
            while (_next <= number)
            {
                var files = _ahead ?? Gather(cancellationToken);
                if (!IsBatch(files)) return null;
                _ahead = Gather(cancellationToken);
                files.IsLast = !IsBatch(_ahead);
                if (files.IsLast) files.Bad.AddRange(_ahead.Bad);
                if (_next >= _first || files.Error is not null) _read.Add(Math.Max(_next, _first), files);
                _next++;
            }
            return _read.Remove(number, out var taken) ? taken : null;
        }
    }

    private bool IsBatch(Files files) => files.Error is not null || files.Images.Count >= (_batch.DropLast ? _batch.Size : 1);

    /// <summary>The next files. An error waits for its batch to be asked for, because the files are read ahead of it.</summary>
    private Files Gather(CancellationToken cancellationToken)
    {
        var images = new List<EncodedImage>(_batch.Size);
        Exception? error = null;
        while (images.Count < _batch.Size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (!_images.MoveNext()) break;
                images.Add(_images.Current);
            }
            catch (Exception e)
            {
                error = e;
                break;
            }
        }
        return new Files(images, [.. _order.TakeBad()], error);
    }

    private PixelBatch Decode(Files files, long number, CancellationToken cancellationToken)
    {
        if (files.Error is not null) ExceptionDispatchInfo.Throw(files.Error);
        PixelBatch? batch = null;
        var missing = new List<int>();
        try
        {
            for (var i = 0; i < files.Images.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (image, seed) = (files.Images[i] with { Decoding = _batch.Decoding }, SeedOf(number, i));
                if (TryDecode(image, seed, batch, i, files.Bad) is not { } entry)
                {
                    missing.Add(i);
                    continue;
                }
                batch ??= new PixelBatch(files.Images.Count, entry, image.Name);
                batch.Set(i, entry, image.Name, _augmentation.IsMirrored(seed));
            }
            if (batch is null)
                throw new InvalidDataException($"No image of batch {number} could be read, the last of them {files.Bad[^1].Name}: {files.Bad[^1].Error} Check the shards.");
            foreach (var place in missing)
            {
                if (_policy == BadImagePolicy.Placeholder) batch.SetPlaceholder(place, files.Images[place].Label);
                else batch.Repeat(Next(place, missing, files.Images.Count), place);
            }
            (batch.Bad, batch.IsLast) = (files.Bad, files.IsLast);
            return batch;
        }
        catch
        {
            batch?.Dispose();
            throw;
        }
    }

    /// <summary>The next place of the batch with an image that could be read.</summary>
    private static int Next(int place, List<int> missing, int count)
    {
        do place = (place + 1) % count;
        while (missing.Contains(place));
        return place;
    }

    private BatchEntry? TryDecode(EncodedImage image, ulong seed, PixelBatch? batch, int place, List<BadImage> bad)
    {
        try
        {
            return _augmentation.Decode(image, seed, batch, place);
        }
        catch (Exception e) when (_policy != BadImagePolicy.Throw && e is not OutOfMemoryException)
        {
            bad.Add(new BadImage(-1, image.Name, e.Message));
            return null;
        }
        catch (Exception e)
        {
            throw new InvalidDataException($"The image '{image.Name}' could not be read: {e.Message}", e);
        }
    }

    private ulong SeedOf(long number, int place) => SplitMix64.Mix(_key, (ulong)(number * _batch.Size + place));

    private sealed class Files(List<EncodedImage> images, List<BadImage> bad, Exception? error)
    {
        public List<EncodedImage> Images { get; } = images;

        public List<BadImage> Bad { get; } = bad;

        public Exception? Error { get; } = error;

        public bool IsLast { get; set; }
    }
}
