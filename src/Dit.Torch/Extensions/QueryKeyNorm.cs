using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The norms of queries and keys over the width of a head, d: layer norms where there is a bias, RMS norms where there is none.</summary>
/// <param name="QueryWeight">What normalised queries are multiplied by, [d].</param>
/// <param name="QueryBias">What is added to them, [d], or <see langword="null"/>.</param>
/// <param name="KeyWeight">What normalised keys are multiplied by, [d].</param>
/// <param name="KeyBias">What is added to them, [d], or <see langword="null"/>.</param>
/// <param name="Epsilon">Added to the variance, or to the mean square.</param>
public sealed record QueryKeyNorm(Tensor QueryWeight, Tensor? QueryBias, Tensor KeyWeight, Tensor? KeyBias, double Epsilon = 1e-6);
