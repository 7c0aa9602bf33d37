using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Core;

/// <summary>The Diffusion Transformer with adaLN-Zero conditioning (Peebles and Xie 2023).</summary>
/// <remarks>
/// Layout, parameter names, their order and their initialisation are the official implementation's. A new model's output is
/// exactly zero. A model is used by one thread at a time.
/// </remarks>
public sealed class DitModel : Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly Parameter pos_embed;
    private readonly PatchEmbed x_embedder;
    private readonly TimestepEmbedder t_embedder;
    private readonly LabelEmbedder? y_embedder;
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

        using (var table = PositionEmbedding.SinCos2D(config.Width, config.GridSize))       // [T, D]
            pos_embed = Parameter(table.unsqueeze(0), requires_grad: false);                // [1, T, D]
        x_embedder = new PatchEmbed(config.PatchSize, config.Channels, config.Width);
        t_embedder = new TimestepEmbedder(config.Width);
        y_embedder = config.Classes > 0 ? new LabelEmbedder(config.Classes, config.Width, config.HasNullClass) : null;
        blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(_ => new DitBlock(config.Width, config.Heads, config.MlpRatio))]);
        final_layer = new FinalLayer(config.Width, (long)config.PatchSize * config.PatchSize * config.OutputChannels);
        RegisterComponents();
    }

    /// <value>The architecture.</value>
    public DitConfig Config { get; }

    /// <value>Where label dropout draws from in training; <see langword="null"/> for torch's global generator.</value>
    public Generator? DropoutGenerator { get; set; }

    /// <summary>Loads a model that <see cref="Save"/> or a training's checkpoint wrote; its configuration is in the file.</summary>
    /// <param name="path">A safetensors file, such as <c>runs/mnist/step-0002000/ema.safetensors</c>.</param>
    /// <returns>The model, in host memory and in evaluation mode.</returns>
    /// <exception cref="CheckpointException">The file is damaged, has no configuration, or does not fit it.</exception>
    public static DitModel Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        var config = ModuleState.Config(file)
            ?? throw new CheckpointException($"'{path}' does not say which model it is for: its metadata has no configuration.");
        var model = Unfilled(config);
        try
        {
            ModuleState.Load(file, model.state_dict(), config);
            model.eval();
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A model for weights that come from elsewhere.</summary>
    internal static DitModel Unfilled(DitConfig config) => new(config);

    /// <summary>Writes weights and configuration to a safetensors file, atomically.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    public void Save(string path) => SafeTensors.Save(path, state_dict(), ModuleState.Metadata(Config));

    /// <summary>Predicts, dropping labels with probability <see cref="DitConfig.LabelDropout"/> in training mode.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W], of any floating type; the model computes in the type of its weights.</param>
    /// <param name="t">Times as the model was trained with, such as 0 to 999 or 1000 times a flow time; [B], may be fractional.</param>
    /// <param name="y">
    /// Labels, [B], int64, where <see cref="DitConfig.Classes"/> is the null class; <see langword="null"/> for the null class
    /// throughout. Labels in host memory are checked; those on another device are not, as that would wait for it.
    /// </param>
    /// <returns>Prediction, [B, C, H, W], or [B, 2C, H, W] with <see cref="DitConfig.LearnedVariance"/>, of the type of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the model or the others.</exception>
    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!training || y is null || !Config.HasNullClass)
            return forward(x, t, y, dropped: null);
        using var scope = NewDisposeScope();
        var dropped = rand([x.shape[0]], float32, x.device, generator: DropoutGenerator).lt(Config.LabelDropout);   // [B]
        return forward(x, t, y, dropped).MoveToOuterDisposeScope();
    }

    /// <summary>Predicts, dropping exactly the labels asked for, in training mode or not.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W].</param>
    /// <param name="t">Times, [B].</param>
    /// <param name="y">Labels, [B], int64; <see langword="null"/> for the null class throughout.</param>
    /// <param name="dropped">Which labels to replace by the null class, [B], bool; <see langword="null"/> for none.</param>
    /// <returns>Prediction, [B, C, H, W], or [B, 2C, H, W] with <see cref="DitConfig.LearnedVariance"/>.</returns>
    /// <exception cref="ArgumentException">A tensor does not fit the model or the others.</exception>
    public Tensor forward(Tensor x, Tensor t, Tensor? y, Tensor? dropped)
    {
        ModelInputs.Check(Config, x, t, y, dropped);
        using var scope = NewDisposeScope();
        var c = t_embedder.call(t)!;                                                         // [B, D]
        if (y_embedder is not null)
            c = c + y_embedder.call(y?.to(x.device) ?? NullLabels(x), dropped)!;             // [B, D]
        c = functional.silu(c);                                                              // the same for every block

        var tokens = x_embedder.call(x.to(pos_embed.dtype))! + pos_embed;                   // [B, T, D]
        foreach (var block in blocks)
            tokens = block.call(tokens, c)!;                                                 // [B, T, D]
        var patches = final_layer.call(tokens, c)!.to(x.dtype);                              // [B, T, p p C]
        return Unpatchify(patches).MoveToOuterDisposeScope();
    }

    /// <summary>Puts patches together: [B, T, p p C] with the channel fastest to [B, C, H, W].</summary>
    private Tensor Unpatchify(Tensor patches)
    {
        var (grid, p, c) = (Config.GridSize, Config.PatchSize, Config.OutputChannels);
        return patches.reshape(-1, grid, grid, p, p, c)                                      // [B, h, w, p, p, C]
            .permute(0, 5, 1, 3, 2, 4)                                                       // [B, C, h, p, w, p]
            .reshape(-1, c, Config.ImageSize, Config.ImageSize);                             // [B, C, H, W]
    }

    private Tensor NullLabels(Tensor x) => full([x.shape[0]], Config.Classes, int64, x.device);     // [B]
}
