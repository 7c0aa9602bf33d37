namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an index expression: a number, a slice, a new axis, an ellipsis, a truth value or a tensor.</summary>
    public readonly struct TensorIndex
    {
        internal enum Kind { Slice, Single, None, Ellipsis, Bool, Tensor }

        private TensorIndex(Kind kind, long? start = null, long? stop = null, long? step = null, Tensor? tensor = null)
        {
            this.kind = kind;
            this.start = start;
            this.stop = stop;
            this.step = step;
            this.tensor = tensor;
        }

        internal readonly Kind kind;
        internal readonly long? start;
        internal readonly long? stop;
        internal readonly long? step;
        internal readonly Tensor? tensor;

        /// <summary>A part of a dimension: from start, up to stop without it, by step. Nulls are the ends.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) => new(Kind.Slice, start, stop, step);

        /// <summary>A part of a dimension.</summary>
        public static TensorIndex Slice((int? start, int? end) range) => new(Kind.Slice, range.start, range.end);

        /// <summary>A part of a dimension.</summary>
        public static TensorIndex Slice(Range range) => new(Kind.Slice, FromEnd(range.Start), range.End.Equals(Index.End) ? null : FromEnd(range.End));

        /// <summary>One index of a dimension.</summary>
        public static TensorIndex Single(long? index) => new(Kind.Single, index);

        /// <summary>A new axis of size 1 that is taken (true) or left out (false).</summary>
        public static TensorIndex Bool(bool value) => new(Kind.Bool, value ? 1 : 0);

        /// <summary>Indices, or a mask, as a tensor.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new(Kind.Tensor, tensor: tensor);

        /// <summary>All dimensions that the other positions leave.</summary>
        public static TensorIndex Ellipsis = new(Kind.Ellipsis);

        /// <summary>A new axis of size 1.</summary>
        public static TensorIndex None = new(Kind.None);

        /// <summary>A new axis of size 1.</summary>
        public static TensorIndex Null = new(Kind.None);

        /// <summary>The whole dimension.</summary>
        public static TensorIndex Colon = new(Kind.Slice);

        /// <summary>One index of a dimension.</summary>
        public static implicit operator TensorIndex(long value) => Single(value);

        /// <summary>One index of a dimension, from the end if so written.</summary>
        public static implicit operator TensorIndex(Index index) => Single(FromEnd(index));

        /// <summary>A part of a dimension.</summary>
        public static implicit operator TensorIndex(Range range) => Slice(range);

        /// <summary>A part of a dimension.</summary>
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        private static long FromEnd(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}
