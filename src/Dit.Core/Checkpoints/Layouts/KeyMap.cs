using System.Globalization;
using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Another system's names for our tensors.</summary>
/// <remarks>A rule is for a tensor (<c>pos_embed</c>) or for a module (<c>x_embedder.proj</c>), whose weight and bias it names; <c>{0}</c> is a block's number.</remarks>
internal sealed partial class KeyMap
{
    private readonly Dictionary<string, (string[] Theirs, Func<Tensor[], Tensor>? Combine)> _rules = [];

    /// <summary>A tensor or module that is made of one of theirs.</summary>
    public KeyMap Add(string ours, string theirs, Func<Tensor[], Tensor>? combine = null) => Add(ours, [theirs], combine);

    /// <summary>A tensor or module that is made of several of theirs.</summary>
    public KeyMap Add(string ours, string[] theirs, Func<Tensor[], Tensor>? combine)
    {
        _rules.Add(ours, (theirs, combine));
        return this;
    }

    /// <summary>How to make a tensor of ours; without a rule it has the same name.</summary>
    public Recipe Find(string name)
    {
        var match = Block().Match(name);
        var number = match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        var pattern = match.Success ? $"blocks.{{0}}.{name[match.Length..]}" : name;
        if (_rules.TryGetValue(pattern, out var rule))
            return new(Numbered(rule.Theirs, number, ""), rule.Combine);
        var dot = pattern.LastIndexOf('.');
        return dot >= 0 && _rules.TryGetValue(pattern[..dot], out rule)
            ? new(Numbered(rule.Theirs, number, pattern[dot..]), rule.Combine)
            : new([name]);
    }

    private static string[] Numbered(string[] patterns, int number, string suffix) =>
        [.. patterns.Select(pattern => string.Format(CultureInfo.InvariantCulture, pattern, number) + suffix)];

    [GeneratedRegex(@"^blocks\.(\d+)\.")]
    private static partial Regex Block();
}
