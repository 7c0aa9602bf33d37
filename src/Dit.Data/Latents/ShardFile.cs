using System.Globalization;
using System.Text.RegularExpressions;
using Dit.Core;

namespace Dit.Data;

/// <summary>The name of a shard: its number and the checksum of its contents. A shard is there whole or not at all.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">Which shard, from 0.</param>
/// <param name="Checksum">16 hexadecimal digits of the contents' SHA-256.</param>
internal sealed partial record ShardFile(string Path, int Number, string Checksum)
{
    public static ShardFile In(string folder, int number, ReadOnlySpan<byte> hash)
    {
        var checksum = Convert.ToHexStringLower(hash[..8]);
        return new(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"shard-{number:D5}-{checksum}.safetensors")), number, checksum);
    }

    /// <summary>The shards of a folder, by number.</summary>
    public static ILookup<int, ShardFile> All(string folder) =>
        Directory.EnumerateFiles(folder, "shard-*.safetensors").Order(StringComparer.Ordinal).Select(Parse).OfType<ShardFile>().ToLookup(s => s.Number);

    /// <summary>Where a shard is written until its checksum is known.</summary>
    public static string Temporary(string folder, int number) =>
        AtomicFile.TemporaryName(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"shard-{number:D5}")));

    /// <summary>What a killed process left half-written of some shards.</summary>
    public static IEnumerable<string> Leftovers(string folder, Func<int, bool> shards) =>
        from path in Directory.EnumerateFiles(folder, $"*{AtomicFile.TemporaryMark}*")
        let name = System.IO.Path.GetFileName(path)
        where Half().Match(name) is { Success: true } match && shards(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
        select path;

    private static ShardFile? Parse(string path) => Whole().Match(System.IO.Path.GetFileName(path)) is { Success: true } match
        ? new ShardFile(path, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value)
        : null;

    [GeneratedRegex(@"^shard-(\d{5,9})-([0-9a-f]{16})\.safetensors$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^shard-(\d{5,9})\.tmp-")]
    private static partial Regex Half();
}
