using Dit.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The Diffusion Transformer (Peebles and Xie 2023), with the block, norms, positions and conditions of its configuration.</summary>
/// <remarks>
/// Layout, parameter names, their order and their initialisation are the official implementation's. A new model's output is
/// exactly zero, and with adaLN-Zero each of its blocks is the identity. A model is used by one thread at a time.
/// </remarks>
public sealed partial class DitModel : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly Parameter? pos_embed;
    private readonly PatchEmbed x_embedder;
    private readonly TimestepEmbedder t_embedder;
    private readonly ConditionEmbedder? y_embedder;
    private readonly Parameter? register_tokens;
    private readonly RotaryEmbedding? rotation;
    private readonly ModuleList<DitBlock> blocks;
    private readonly FinalLayer final_layer;

    /// <summary>Creates a model with new weights.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="generator">Where the initial weights are drawn from; by default torch's global generator (<c>torch.manual_seed</c>).</param>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    public DitModel(DitConfig config, Generator? generator = null) : this(config) => DitInitialization.Apply(this, generator);

    /// <summary>Creates a model whose weights are still to be filled.</summary>
    private DitModel(DitConfig config) : base(nameof(DitModel))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Validate();
        using var skip = new SkipInitialization();                                           // they are filled afterwards

        pos_embed = CreatePositions(config);
        x_embedder = new PatchEmbed(config);
        t_embedder = new TimestepEmbedder(config);
        y_embedder = ConditionEmbedder.Create(config);
        register_tokens = config.Registers > 0 ? Parameter(zeros(1, config.Registers, config.Width)) : null;                  // [1, R, D]
        rotation = config.RotaryPositions ? new RotaryEmbedding(config.AttentionWidth / config.Heads, config.GridHeight, config.GridWidth) : null;
        blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(index => DitBlock.Create(config, index))]);
        final_layer = new FinalLayer(config);
        RegisterComponents();
    }

    /// <value>The architecture.</value>
    public DitConfig Config { get; }

    /// <value>
    /// Whether a block's activations are computed again in the backward pass instead of kept (Chen et al. 2016): the same result, less memory,
    /// about a third more time. Default <see langword="false"/>.
    /// </value>
    public bool ActivationCheckpointing { get; set; }

    /// <value>What is reused between evaluations without a graph; <see langword="null"/>, the default, for nothing. Dit.Diffusion's denoisers set it.</value>
    public BlockCache? BlockCache { get; set; }

    /// <value>Where label dropout draws from in training; <see langword="null"/> for torch's global generator.</value>
    public Generator? DropoutGenerator { get; set; }

    /// <value>
    /// Is given the number, from 0, and the output of each block in every forward pass: the images' tokens, then registers and context, [B, T + ..., D]. The
    /// tensor lives until the next block is done: keep an alias. For losses of hidden states; <see langword="null"/>, the default, for no one.
    /// </value>
    public Action<int, Tensor>? BlockOutput { get; set; }

    /// <summary>Loads a model from a file of weights of any known kind; its configuration is in the file or is seen in its tensors.</summary>
    /// <remarks>
    /// Known are files of <see cref="Save"/> and of trainings, and checkpoints of the official DiT and SiT, diffusers, VachanVY, Just-a-DiT, the
    /// panda and owenliang, as safetensors or as PyTorch's <c>.pt</c>, from which nothing is executed. Averaged weights are preferred;
    /// <see cref="Origin"/> says what was taken.
    /// </remarks>
    /// <param name="path">A file, such as <c>DiT-XL-2-256x256.pt</c> or <c>runs/mnist/step-0002000/ema.safetensors</c>, or a folder with one.</param>
    /// <param name="configure">Corrects what was seen where tensors do not tell, such as <c>config => config with { Heads = 8 }</c>.</param>
    /// <returns>The model, float32, in host memory and in evaluation mode.</returns>
    /// <exception cref="CheckpointException">The file is damaged, is of no known model, or does not fit it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DitModel Load(string path, Func<DitConfig, DitConfig>? configure = null) => ModelLoader.Load(path, configure);

    /// <value>What <see cref="Load"/> took: file, layout, and which of its weights; <see langword="null"/> for a model that was not loaded.</value>
    public string? Origin { get; internal set; }

    /// <summary>A model for weights that come from elsewhere.</summary>
    internal static DitModel Unfilled(DitConfig config) => new(config);

    /// <summary>Writes weights and configuration to a safetensors file, atomically.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => SafeTensors.Save(path, state_dict(), ModuleState.Metadata(Config));

    /// <summary>The same model for another size of images: equal weights, and positions interpolated where they are a table.</summary>
    /// <param name="size">Height and width of the images or latents; multiples of the patch size.</param>
    /// <returns>A new model, on the device of this one and of its type, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The size does not fit the patches.</exception>
    public DitModel Resized(ImageSize size)
    {
        var resized = new DitModel(Config with { ImageSize = size });
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var first = this.parameters().First();
        resized.to(first.device, first.dtype);
        resized.train(training);
        var mine = state_dict();
        foreach (var (name, target) in resized.state_dict())
            target.copy_(name == nameof(pos_embed) ? ResampledPositions(resized.Config).unsqueeze(0) : mine[name]);
        return resized;
    }

    /// <summary>Checks that conditions are of the model's kind and, in host memory, in range.</summary>
    /// <param name="condition">Conditions as <see cref="DitConfig.Condition"/> says.</param>
    /// <param name="parameter">The name of the argument that they came by.</param>
    /// <exception cref="ArgumentException">They are not, or the model takes none.</exception>
    public void CheckCondition(Tensor condition, string parameter)
    {
        ArgumentNullException.ThrowIfNull(condition, parameter);
        CheckCondition(condition, condition.ndim == 0 ? 0 : condition.shape[0], parameter);
    }

    /// <summary>Checks that conditions are of the model's kind, one for each image.</summary>
    internal void CheckCondition(Tensor condition, long batch, string parameter)
    {
        if (y_embedder is null)
            throw new ArgumentException("The model is unconditional (DitConfig.Classes = 0); it takes no labels.", parameter);
        y_embedder.Check(condition, batch, parameter);
    }

    /// <value>The condition that says "none": the id of the null class, or NaN for conditions of a floating type.</value>
    public double NoCondition => Config.Condition == ConditionType.Classes ? Config.Classes : double.NaN;

    private static Parameter? CreatePositions(DitConfig config)
    {
        if (config.Positions == PositionType.None)
            return null;
        using var table = config.Positions switch
        {
            PositionType.SinCos2D => PositionEmbedding.SinCos2D(config.Width, config.GridHeight, config.GridWidth),
            PositionType.SinCos1D => PositionEmbedding.SinCos1D(config.Width, config.Tokens),
            _ => zeros(config.Tokens, config.Width),
        };                                                                                   // [T, D]
        return Parameter(table.unsqueeze(0), requires_grad: config.Positions == PositionType.Learned);     // [1, T, D]
    }

    private Tensor ResampledPositions(DitConfig config)
    {
        using var guard = no_grad();
        return PositionEmbedding.Resample(pos_embed!.squeeze(0), (Config.GridHeight, Config.GridWidth), (config.GridHeight, config.GridWidth));
    }
}
