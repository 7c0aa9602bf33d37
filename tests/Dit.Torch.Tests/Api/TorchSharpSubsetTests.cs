using System.Text.RegularExpressions;
using Dit.Tests.Api;

namespace Dit.Torch.Tests.Api;

/// <summary>What we offer in TorchSharp's namespaces is a strict subset of what the package offers there.</summary>
public sealed partial class TorchSharpSubsetTests
{
    [Fact]
    public void No_member_is_one_that_TorchSharp_lacks()
    {
        var theirs = Theirs().Select(Normal).ToHashSet(StringComparer.Ordinal);
        theirs.UnionWith(theirs.Select(line => Regex.Split(line, " ::? ")[0]).ToArray());   // a type counts by its name
        var ours = ApiListing.OfTorchSharp(typeof(TorchSharp.torch).Assembly).Select(Normal).ToArray();
        Assert.True(ours.Length > 1000, $"only {ours.Length} members were found");
        Assert.Equal([], ours.Where(line => !theirs.Contains(line)));
    }

    [Fact]
    public void The_comparison_sees_a_changed_parameter()
    {
        var theirs = Theirs().Select(Normal).ToHashSet(StringComparer.Ordinal);
        var line = Normal("torch.nn.init :: public static torch.Tensor zeros_(torch.Tensor tensor)");
        Assert.Contains(line, theirs);
        Assert.DoesNotContain(line.Replace("tensor)", "input)", StringComparison.Ordinal), theirs);
    }

    private static string[] Theirs() => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Api", "torchsharp-api.txt"));

    private static string Normal(string line) => Modifiers().Replace(line.Replace(" [Obsolete]", "", StringComparison.Ordinal).Replace("?", "", StringComparison.Ordinal), "");

    [GeneratedRegex(@"\b(virtual|override|sealed|readonly|abstract) ")]
    private static partial Regex Modifiers();
}
