using System.Globalization;

namespace Dit.Core;

/// <summary>Collects everything that is wrong with a configuration, to report it in one exception.</summary>
internal sealed class Problems(string subject)
{
    private readonly List<string> _found = [];

    /// <summary>Notes <paramref name="problem"/> unless <paramref name="condition"/> holds, and returns the condition.</summary>
    public bool Require(bool condition, string problem)
    {
        if (!condition)
            _found.Add(problem);
        return condition;
    }

    public void ThrowIfAny()
    {
        if (_found.Count == 1)
            throw new ArgumentException($"{subject} is not valid: {_found[0]}");
        if (_found.Count > 1)
            throw new ArgumentException($"{subject} is not valid:{string.Concat(_found.Select(p => $"{Environment.NewLine}- {p}"))}");
    }

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
