using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor's shape.</summary>
    public readonly struct Size : IEnumerable<long>
    {
        private readonly long[] shape;

        /// <summary>A shape with the given sizes.</summary>
        public Size(long[] shape) => this.shape = [.. shape];

        /// <summary>A shape with the given sizes.</summary>
        public Size(IEnumerable<long> shape) => this.shape = [.. shape];

        /// <summary>A shape of one dimension.</summary>
        public Size(long size) => shape = [size];

        /// <summary>The sizes.</summary>
        public long[] Shape => [.. shape ?? []];

        /// <summary>The number of dimensions.</summary>
        public int Length => shape?.Length ?? 0;

        /// <summary>Whether there are no dimensions.</summary>
        public bool IsEmpty => Length == 0;

        /// <summary>The size of one dimension.</summary>
        public long this[int idx] => shape[idx];

        /// <summary>The number of elements.</summary>
        public long numel() => (shape ?? []).TotalSize();

        /// <inheritdoc/>
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)(shape ?? [])).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>Whether two shapes are equal.</summary>
        public static bool operator ==(Size left, Size right) => left.Shape.AsSpan().SequenceEqual(right.Shape);

        /// <summary>Whether two shapes differ.</summary>
        public static bool operator !=(Size left, Size right) => !(left == right);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Size other && this == other;

        /// <inheritdoc/>
        public override int GetHashCode() => this.Aggregate(17, HashCode.Combine);

        /// <summary>A shape with the given sizes.</summary>
        public static implicit operator Size(long[] size) => new(size);

        /// <summary>A shape of one dimension.</summary>
        public static implicit operator Size(long size) => new(size);

        /// <summary>A shape of two dimensions.</summary>
        public static implicit operator Size((long, long) size) => new([size.Item1, size.Item2]);

        /// <summary>A shape of three dimensions.</summary>
        public static implicit operator Size((long, long, long) size) => new([size.Item1, size.Item2, size.Item3]);

        /// <summary>A shape of four dimensions.</summary>
        public static implicit operator Size((long, long, long, long) size) => new([size.Item1, size.Item2, size.Item3, size.Item4]);
    }
}
