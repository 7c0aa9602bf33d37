using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>The architecture of a Diffusion Transformer: everything that decides the shapes of its weights.</summary>
/// <remarks>
/// The presets are those of Peebles and Xie 2023, table 1. A preset fixes <see cref="Width"/>, <see cref="Depth"/> and
/// <see cref="Heads"/>; say the rest with <c>with</c>:
/// <c>DitConfig.S(patchSize: 2) with { ImageSize = 28, Channels = 1, Classes = 10 }</c>.
/// </remarks>
public sealed partial record DitConfig
{
    /// <value>Height and width of the images or latents, in elements. Default 32, the latents of 256 x 256 images.</value>
    public ImageSize ImageSize { get; init; } = 32;

    /// <value>Height and width of a patch, in elements; it divides both sides of <see cref="ImageSize"/>. Default 2.</value>
    public int PatchSize { get; init; } = 2;

    /// <value>Channels of the images or latents. Default 4.</value>
    public int Channels { get; init; } = 4;

    /// <value>Width of a token, D; a multiple of <see cref="Heads"/> unless <see cref="HeadWidth"/> is given, and of 4 for fixed positions. Default 1152.</value>
    public int Width { get; init; } = 1152;

    /// <value>Number of blocks. Default 28.</value>
    public int Depth { get; init; } = 28;

    /// <value>Attention heads per block. Default 16.</value>
    public int Heads { get; init; } = 16;

    /// <value>Width of a head. Default <see langword="null"/>: <see cref="Width"/> / <see cref="Heads"/>.</value>
    public int? HeadWidth { get; init; }

    /// <value>Hidden width of the MLP as a multiple of <see cref="Width"/>. Default 4.</value>
    public double MlpRatio { get; init; } = 4.0;

    /// <value>What the model is conditioned on beside the time. Default <see cref="ConditionType.Classes"/>.</value>
    public ConditionType Condition { get; init; }

    /// <value>
    /// Size of the condition: the number of classes (0 for an unconditional model) or attributes, or the width of a vector or of the
    /// tokens of a sequence. Default 1000.
    /// </value>
    public int Classes { get; init; } = 1000;

    /// <value>
    /// Probability with which a condition is replaced by the learned "no condition" (the null class) in training, which is what
    /// classifier-free guidance needs. 0 means that the model has none. Default 0.1.
    /// </value>
    public double LabelDropout { get; init; } = 0.1;

    /// <value>Whether the model also predicts a variance per element, doubling its output channels. Default <see langword="false"/>.</value>
    public bool LearnedVariance { get; init; }

    /// <value>How the blocks take their conditioning. Default <see cref="BlockType.AdaLNZero"/>.</value>
    public BlockType Block { get; init; }

    /// <value>How the blocks and the final layer normalise. Default <see cref="NormType.LayerNorm"/>.</value>
    public NormType Norm { get; init; }

    /// <value>The MLP's activation. Default <see cref="Activation.GeluTanh"/>.</value>
    public Activation MlpActivation { get; init; } = Activation.GeluTanh;

    /// <value>
    /// How queries and keys are normalised per head before they are compared, which keeps long trainings stable (Dehghani et al. 2023).
    /// Default <see langword="null"/>: not at all.
    /// </value>
    public NormType? QueryKeyNorm { get; init; }

    /// <value>What is added to the tokens to tell where they are. Default <see cref="PositionType.SinCos2D"/>.</value>
    public PositionType Positions { get; init; }

    /// <value>Whether queries and keys are rotated by row and column (Su et al. 2021; EVA-02). Default <see langword="false"/>.</value>
    public bool RotaryPositions { get; init; }

    /// <value>
    /// Whether the model takes images of other sizes than <see cref="ImageSize"/>, too, such as those of aspect-ratio buckets, if their sides are multiples of
    /// <see cref="PatchSize"/>. Positions are then resampled as by <see cref="DitModel.Resized"/>, and learned ones learn from all sizes. Default
    /// <see langword="false"/>: another size is refused as a mistake.
    /// </value>
    public bool VariableSize { get; init; }

    /// <value>Whether each block mixes the first block's attention values into its own (Zhou et al. 2024). Default <see langword="false"/>.</value>
    public bool ValueResidual { get; init; }

    /// <value>Number of learned tokens beside those of the image (Darcet et al. 2024). Default 0.</value>
    public int Registers { get; init; }

    /// <value>How a time becomes a vector.</value>
    public TimeEncoding Time { get; init; } = new();

    /// <value>What other systems do differently. Default: nothing.</value>
    public DitQuirks Quirks { get; init; } = new();

    /// <value>Channels of the model's output: <see cref="Channels"/>, or twice that with <see cref="LearnedVariance"/>.</value>
    [JsonIgnore]
    public int OutputChannels => LearnedVariance ? 2 * Channels : Channels;

    /// <value>Channels that the final layer computes: those of the output, and a variance that a quirk leaves unused.</value>
    [JsonIgnore]
    internal int FinalChannels => LearnedVariance || Quirks.UnusedVariance ? 2 * Channels : Channels;

    /// <value>Patches from top to bottom.</value>
    [JsonIgnore]
    public int GridHeight => ImageSize.Height / PatchSize;

    /// <value>Patches from left to right.</value>
    [JsonIgnore]
    public int GridWidth => ImageSize.Width / PatchSize;

    /// <value>Number of the image's tokens, T.</value>
    [JsonIgnore]
    public int Tokens => GridHeight * GridWidth;

    /// <value>Width of all heads together: <see cref="Width"/>, unless <see cref="HeadWidth"/> says otherwise.</value>
    [JsonIgnore]
    public int AttentionWidth => HeadWidth is { } width ? Heads * width : Width;

    /// <value>Hidden width of the MLP; a gated one has two thirds of it, so that it has as many weights.</value>
    [JsonIgnore]
    public int MlpWidth => (int)(MlpActivation == Activation.SwiGlu ? 2 * Width * MlpRatio / 3 : Width * MlpRatio);

    /// <value>Whether the model has learned "no condition"; among classes its id is <see cref="Classes"/>.</value>
    [JsonIgnore]
    public bool HasNullClass => Classes > 0 && LabelDropout > 0;

    /// <value>Whether the blocks regress shifts and scales from the conditioning.</value>
    [JsonIgnore]
    internal bool IsAdaptive => Block is BlockType.AdaLNZero or BlockType.AdaLN;

    /// <summary>The configuration of a name such as <c>DiT-XL/2</c>.</summary>
    /// <param name="name">
    /// Size and patch size as the paper writes them (<c>DiT-</c> may be left out), or <c>Panda</c>, <c>Vachan-CelebA</c>, <c>Vachan-MNIST</c>,
    /// <c>Just-a-DiT</c> or <c>Owen-MNIST</c>; the case does not matter.
    /// </param>
    /// <exception cref="ArgumentException">The name is of no known preset.</exception>
    public static DitConfig Preset(string name) => DitPresets.Find(name);

    /// <summary>Checks the configuration and reports every problem at once.</summary>
    /// <returns>This configuration.</returns>
    /// <exception cref="ArgumentException">At least one value is out of range or does not fit another.</exception>
    public DitConfig Validate()
    {
        var problems = new Problems(nameof(DitConfig));
        CheckSizes(problems);
        CheckCondition(problems);
        CheckOptions(problems);
        problems.ThrowIfAny();
        return this;
    }

    private void CheckSizes(Problems problems)
    {
        var (height, width) = ImageSize;
        var sizes = problems.Require(height > 0 && width > 0, $"ImageSize is {ImageSize}; it must be positive.")
            & problems.Require(PatchSize > 0, $"PatchSize is {PatchSize}; it must be positive.");
        if (sizes)
            problems.Require(height % PatchSize == 0 && width % PatchSize == 0, $"ImageSize {ImageSize} is no multiple of PatchSize {PatchSize}.");
        problems.Require(Channels > 0, $"Channels is {Channels}; it must be positive.");
        problems.Require(Depth > 0, $"Depth is {Depth}; it must be positive.");
        problems.Require(Width > 0 && (Width % 4 == 0 || Positions != PositionType.SinCos2D),
            $"Width is {Width}; it must be a positive multiple of 4 (sine and cosine of two coordinates).");
        problems.Require(Width % 2 == 0 || Positions != PositionType.SinCos1D, $"Width is {Width}; it must be even (sine and cosine).");
        if (problems.Require(Heads > 0, $"Heads is {Heads}; it must be positive."))
            problems.Require(HeadWidth is not null || Width % Heads == 0, $"Width {Width} is no multiple of Heads {Heads}.");
        problems.Require(HeadWidth is null or > 0, $"HeadWidth is {HeadWidth}; it must be positive.");
        problems.Require(double.IsFinite(MlpRatio) && Width * MlpRatio is >= 1 and <= int.MaxValue,
            Problems.Invariant($"MlpRatio is {MlpRatio}; Width * MlpRatio must be at least 1."));
    }

    private void CheckCondition(Problems problems)
    {
        problems.Require(Classes >= 0, $"Classes is {Classes}; it must be 0 (unconditional) or positive.");
        problems.Require(LabelDropout is >= 0 and < 1,
            Problems.Invariant($"LabelDropout is {LabelDropout}; it must be at least 0 and less than 1."));
        problems.Require(Enum.IsDefined(Condition), $"Condition is {Condition}, which is none.");
        problems.Require(Condition != ConditionType.Tokens || !IsAdaptive,
            $"A sequence of tokens cannot modulate: with Condition = Tokens, Block must be CrossAttention or InContext, not {Block}.");
    }

    private void CheckOptions(Problems problems)
    {
        problems.Require(Enum.IsDefined(Block), $"Block is {Block}, which is none.");
        problems.Require(Enum.IsDefined(Norm), $"Norm is {Norm}, which is none.");
        problems.Require(Enum.IsDefined(MlpActivation) && MlpActivation != Activation.Identity, $"MlpActivation is {MlpActivation}, which is none.");
        problems.Require(QueryKeyNorm is not { } norm || Enum.IsDefined(norm), $"QueryKeyNorm is {QueryKeyNorm}, which is none.");
        problems.Require(Enum.IsDefined(Positions), $"Positions is {Positions}, which is none.");
        problems.Require(Registers >= 0, $"Registers is {Registers}; it must be 0 or positive.");
        if (RotaryPositions && Heads > 0)
            problems.Require(AttentionWidth / Heads % 4 == 0, $"A head is {AttentionWidth / Heads} wide; rotary positions need a multiple of 4.");
        if (problems.Require(Time is not null, "Time is null."))
        {
            problems.Require(Time!.Width > 1, $"Time.Width is {Time.Width}; it must be at least 2.");
            problems.Require(double.IsFinite(Time.Scale) && Time.Scale > 0, Problems.Invariant($"Time.Scale is {Time.Scale}; it must be finite and above 0."));
            problems.Require(Time.Mlps > 0, $"Time.Mlps is {Time.Mlps}; it must be positive.");
            problems.Require(IsElementwise(Time.Activation), $"Time.Activation is {Time.Activation}, which is no function of one element.");
        }
        if (problems.Require(Quirks is not null, "Quirks is null."))
        {
            problems.Require(Quirks!.NormEpsilon > 0, Problems.Invariant($"Quirks.NormEpsilon is {Quirks.NormEpsilon}; it must be above 0."));
            problems.Require(IsElementwise(Quirks.BlockActivation) && IsElementwise(Quirks.FinalActivation),
                "Quirks.BlockActivation and Quirks.FinalActivation must be functions of one element.");
            problems.Require(!(LearnedVariance && Quirks.UnusedVariance), "LearnedVariance and Quirks.UnusedVariance exclude each other.");
        }
    }

    private static bool IsElementwise(Activation activation) => Enum.IsDefined(activation) && activation != Activation.SwiGlu;

    /// <summary>The configuration as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DitJson.Default.DitConfig);

    /// <summary>Reads a configuration from JSON and validates it.</summary>
    /// <param name="json">What <see cref="ToJson"/> gave. Properties that are left out keep their defaults; unknown ones are refused.</param>
    /// <exception cref="ArgumentException">The text is no such JSON, or the configuration is not valid.</exception>
    public static DitConfig FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            if (JsonNode.Parse(json) is not JsonObject given)
                throw new ArgumentException("The JSON of the model's configuration is no object.", nameof(json));
            var complete = JsonSerializer.SerializeToNode(new DitConfig(), DitJson.Default.DitConfig)!.AsObject();
            Overlay(complete, given);                                            // the generated reader forgets the defaults of what is left out
            return complete.Deserialize(DitJson.Default.DitConfig)!.Validate();
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The text is no model configuration: {e.Message}", nameof(json), e);
        }
    }

    private static void Overlay(JsonObject target, JsonObject given)
    {
        foreach (var (name, value) in given)
        {
            if (value is JsonObject inner && target[name] is JsonObject outer)
                Overlay(outer, inner);
            else
                target[name] = value?.DeepClone();
        }
    }

    /// <summary>Names each property in which two configurations differ, with both values.</summary>
    internal IReadOnlyList<string> DifferencesTo(DitConfig other)
    {
        using var mine = JsonSerializer.SerializeToDocument(this, DitJson.Default.DitConfig);
        using var theirs = JsonSerializer.SerializeToDocument(other, DitJson.Default.DitConfig);
        return [.. from property in mine.RootElement.EnumerateObject()
                   let value = theirs.RootElement.GetProperty(property.Name)
                   where property.Value.GetRawText() != value.GetRawText()
                   select $"{property.Name} {property.Value.GetRawText()} against {value.GetRawText()}"];
    }
}
