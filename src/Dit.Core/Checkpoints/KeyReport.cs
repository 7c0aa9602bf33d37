using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>In what a file's tensors and a model's differ, to be said in one exception.</summary>
internal sealed class KeyReport(string path, string subject = "model")
{
    private const int NamesShown = 10;

    public List<string> Missing { get; } = [];

    public List<string> Unexpected { get; } = [];

    public List<string> Misshapen { get; } = [];

    /// <summary>Notes a tensor of another shape than the model's, and returns whether it is the same.</summary>
    public bool Compare(string name, IReadOnlyList<long> shape, Tensor target)
    {
        if (target.shape.SequenceEqual(shape))
            return true;
        Misshapen.Add($"{name}: file [{string.Join(", ", shape)}], model {ModelInputs.Shape(target)}");
        return false;
    }

    /// <param name="more">What else is to be said.</param>
    /// <exception cref="CheckpointException">There is a difference.</exception>
    public void ThrowIfAny(string more = "")
    {
        if (Missing.Count + Unexpected.Count + Misshapen.Count > 0)
        {
            throw new CheckpointException(
                $"'{path}' does not fit the {subject}: {Count(Missing, "missing")}, {Count(Unexpected, "unexpected")}, {Count(Misshapen, "misshapen")}.{more}");
        }
    }

    private static string Count(List<string> names, string what)
    {
        if (names.Count == 0)
            return $"0 {what}";
        var shown = string.Join(", ", names.Take(NamesShown));
        return $"{names.Count} {what} ({shown}{(names.Count > NamesShown ? ", ..." : "")})";
    }
}
