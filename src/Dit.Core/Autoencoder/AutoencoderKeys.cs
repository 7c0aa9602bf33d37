using System.Globalization;
using System.Text.RegularExpressions;

namespace Dit.Core;

/// <summary>The names under which an autoencoder's tensors are stored: today's of diffusers, its older ones, and the original ones.</summary>
internal static partial class AutoencoderKeys
{
    private const string CheckpointPrefix = "first_stage_model.";
    private static readonly string[] Parts = ["encoder.", "decoder.", "quant_conv.", "post_quant_conv."];

    /// <summary>Older name, today's name. The attention's first four are of older diffusers; the others are the original ones.</summary>
    private static readonly (string Old, string New)[] Renamed =
    [
        (".query.", ".to_q."), (".key.", ".to_k."), (".value.", ".to_v."), (".proj_attn.", ".to_out.0."),
        (".mid.attn_1.norm.", ".mid_block.attentions.0.group_norm."), (".mid.attn_1.", ".mid_block.attentions.0."),
        (".q.", ".to_q."), (".k.", ".to_k."), (".v.", ".to_v."), (".proj_out.", ".to_out.0."),
        (".mid.block_1.", ".mid_block.resnets.0."), (".mid.block_2.", ".mid_block.resnets.1."),
        (".down.", ".down_blocks."), (".up.", ".up_blocks."), (".block.", ".resnets."), (".nin_shortcut.", ".conv_shortcut."),
        (".downsample.", ".downsamplers.0."), (".upsample.", ".upsamplers.0."), (".norm_out.", ".conv_norm_out."),
    ];

    /// <summary>Today's name of each tensor of an autoencoder, with the key it has in the file.</summary>
    /// <param name="keys">The file's keys. Of a file in the original layout, what is no part of the autoencoder is left out.</param>
    /// <exception cref="CheckpointException">A tensor is there under two names.</exception>
    public static Dictionary<string, string> Canonical(IEnumerable<string> keys)
    {
        string[] all = [.. keys];
        string[] inCheckpoint = [.. all.Where(key => key.StartsWith(CheckpointPrefix, StringComparison.Ordinal))];
        if (inCheckpoint.Length > 0)
            return Original(inCheckpoint, CheckpointPrefix.Length);
        return all.Any(key => key.StartsWith("encoder.down.", StringComparison.Ordinal)) ? Original(all, prefix: 0) : Unique(all, Rename);
    }

    /// <summary>The original layout numbers the decoder's resolutions from the finest, diffusers from the coarsest.</summary>
    private static Dictionary<string, string> Original(string[] keys, int prefix)
    {
        string[] own = [.. keys.Where(key => Parts.Any(part => key.AsSpan(prefix).StartsWith(part)))];
        var last = own.Max(key => UpBlock(key[prefix..]));
        return Unique(own, key => UpBlock(key[prefix..]) is { } block
            ? Rename(UpBlockName().Replace(key[prefix..], string.Create(CultureInfo.InvariantCulture, $"decoder.up.{last - block}.")))
            : Rename(key[prefix..]));
    }

    private static Dictionary<string, string> Unique(string[] keys, Func<string, string> nameOf)
    {
        var names = new Dictionary<string, string>(keys.Length);
        foreach (var key in keys)
        {
            if (!names.TryAdd(nameOf(key), key))
                throw new CheckpointException($"The file has an autoencoder's tensor under two names, '{names[nameOf(key)]}' and '{key}'.");
        }
        return names;
    }

    private static int? UpBlock(string name) =>
        UpBlockName().Match(name) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;

    private static string Rename(string name) =>
        Renamed.Aggregate(name, (renamed, pair) => renamed.Replace(pair.Old, pair.New, StringComparison.Ordinal));

    [GeneratedRegex(@"^decoder\.up\.(\d{1,4})\.")]
    private static partial Regex UpBlockName();
}
