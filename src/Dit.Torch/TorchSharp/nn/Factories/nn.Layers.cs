using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A <see cref="Modules.Linear"/> layer.</summary>
        /// <param name="inputSize">The size of the last dimension of the input.</param>
        /// <param name="outputSize">The size of the last dimension of the result.</param>
        /// <param name="hasBias">Whether there is a bias.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(inputSize, outputSize, hasBias, device, dtype);

        /// <summary>A <see cref="Modules.Linear"/> layer of given parameters.</summary>
        /// <param name="weight">[out, in].</param>
        /// <param name="bias">[out], or null.</param>
        public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);

        /// <summary>A table of vectors.</summary>
        /// <param name="num_embeddings">The number of rows.</param>
        /// <param name="embedding_dims">The width of the vectors.</param>
        /// <param name="padding_idx">The row that stays zero and is not trained, or null.</param>
        /// <param name="max_norm">The norm to which looked-up rows are shrunk, or null.</param>
        /// <param name="norm_type">The exponent of that norm.</param>
        /// <param name="scale_grad_by_freq">Whether gradients are divided by how often a row occurs in the batch.</param>
        /// <param name="sparse">Whether the gradient is sparse.</param>
        /// <param name="device">Where the parameters live; torch's default if null.</param>
        /// <param name="dtype">Their type; torch's default if null.</param>
        public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
            bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null) =>
            new(num_embeddings, embedding_dims, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, device, dtype);

        /// <summary>A table of given vectors.</summary>
        /// <param name="embeddings">The rows, [num_embeddings, embedding_dims]; the object is empty afterwards.</param>
        /// <param name="freeze">Whether they are not trained.</param>
        /// <param name="padding_idx">The row that is not trained, or null.</param>
        /// <param name="max_norm">The norm to which looked-up rows are shrunk, or null.</param>
        /// <param name="norm_type">The exponent of that norm.</param>
        /// <param name="scale_grad_by_freq">Whether gradients are divided by how often a row occurs in the batch.</param>
        /// <param name="sparse">Whether the gradient is sparse.</param>
        /// <param name="device">Where to move them; null leaves them where they are.</param>
        /// <param name="dtype">What to convert them to; null leaves them as they are.</param>
        public static Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null,
            double norm_type = 2.0,
            bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
        {
            ArgumentNullException.ThrowIfNull(embeddings);
            if (embeddings.dim() != 2) throw new ArgumentException($"A matrix is wanted, not {embeddings.dim()} dimensions.", nameof(embeddings));
            var rows = embeddings.to(dtype ?? embeddings.dtype, device ?? embeddings.device);
            return new(rows, freeze, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
        }

        /// <summary>The module that returns its input.</summary>
        public static Identity Identity() => new();

        /// <summary>A parameter of a tensor's values.</summary>
        /// <param name="data">The values; the object is empty afterwards.</param>
        /// <param name="requires_grad">Whether gradients are computed for it.</param>
        public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);

        /// <summary>Zeros elements at random in training.</summary>
        /// <param name="p">The probability of a zero.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);

        /// <summary>Zeros channels of [B, C, L] at random in training.</summary>
        /// <param name="p">The probability of a zero.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Dropout1d Dropout1d(double p = 0.5, bool inplace = false) => new(p, inplace);

        /// <summary>Zeros channels of [B, C, H, W] at random in training.</summary>
        /// <param name="p">The probability of a zero.</param>
        /// <param name="inplace">Whether the input is overwritten.</param>
        public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);

        /// <summary>Joins neighbouring dimensions.</summary>
        /// <param name="start_dim">The first of them.</param>
        /// <param name="end_dim">The last of them.</param>
        public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);

        /// <summary>Splits a dimension.</summary>
        /// <param name="dim">The dimension.</param>
        /// <param name="unflattened_size">What it becomes.</param>
        public static Unflatten Unflatten(long dim, long[] unflattened_size) => new(dim, unflattened_size);
    }
}
