namespace Dit.Core;

/// <summary>How a system names, orders and shapes a model's weights.</summary>
internal abstract class WeightLayout
{
    /// <summary>All that are known, the official one last: it is ours.</summary>
    private static readonly WeightLayout[] All =
        [new DiffusersLayout(), new VachanLayout(), new PandaLayout(), new OwenLayout(), new JustADitLayout(), new OfficialLayout()];

    /// <value>What it is called.</value>
    public abstract string Name { get; }

    /// <summary>The layout of a set of weights.</summary>
    /// <exception cref="CheckpointException">It is none that is known.</exception>
    public static WeightLayout Of(WeightSet weights) => Array.Find(All, layout => layout.Matches(weights)) ?? throw new CheckpointException(
        $"'{weights.Path}' holds no Diffusion Transformer that is known. Its first tensors are {string.Join(", ", weights.Names.Take(5))}.");

    /// <summary>Whether a tensor is there that only this layout has.</summary>
    public abstract bool Matches(WeightSet weights);

    /// <summary>What the shapes of the weights tell about the model.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="doubts">Receives what no shape tells.</param>
    /// <exception cref="CheckpointException">A tensor that is needed for it is missing or of an impossible shape.</exception>
    public abstract DitConfig Infer(WeightSet weights, ICollection<string> doubts);

    /// <summary>The names of the model's tensors in this layout.</summary>
    public abstract KeyMap Map(DitConfig config);

    /// <summary>Whether a tensor of theirs has no counterpart and is none that is missed, such as a table that is computed.</summary>
    public virtual bool IsSuperfluous(string name) => false;

    /// <summary>Whether a tensor of ours may be missing in theirs, because it is computed.</summary>
    public virtual bool IsComputed(string name) => false;

    /// <summary>The image size of a number of tokens, if the images are square.</summary>
    protected static ImageSize SquareImage(ICollection<string> doubts, long tokens, int patch)
    {
        var side = (int)Math.Round(Math.Sqrt(tokens));
        if ((long)side * side == tokens)
            return side * patch;
        doubts.Add($"ImageSize = (height, width) of {tokens} patches, which are no square");
        return (patch, (int)tokens * patch);
    }

    /// <summary>Heads of the paper's models by width; elsewhere heads are usually 64 wide, which is no more than a guess.</summary>
    protected static int Heads(ICollection<string> doubts, int width)
    {
        switch (width)
        {
            case 384: return 6;
            case 768: return 12;
            case 1024 or 1152: return 16;
        }
        doubts.Add($"Heads: {width} is the width of no known model");
        return Enumerable.Range(1, Math.Max(1, width / 64)).Last(heads => width % heads == 0);
    }
}
