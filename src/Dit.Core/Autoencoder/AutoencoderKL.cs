using System.Globalization;
using Dit.Torch;
using TorchSharp;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>The variational autoencoder of Stable Diffusion (Rombach et al. 2022, appendix G; Esser et al. 2021).</summary>
/// <remarks>
/// Parameter names are diffusers', so that its weights load. <see cref="Encode"/> and <see cref="Decode"/> work on scaled latents,
/// (z - <see cref="AutoencoderConfig.ShiftFactor"/>) * <see cref="AutoencoderConfig.ScalingFactor"/>, and build no graph;
/// <see cref="EncodeMoments"/> and <see cref="DecodeRaw"/> work on the latents z themselves and have gradients. It computes in the
/// type of its weights and is used by one thread at a time.
/// </remarks>
public sealed class AutoencoderKL : Module<Tensor, Tensor>, ILatentCodec
{
    private readonly VaeEncoder encoder;
    private readonly VaeDecoder decoder;
    private readonly Module<Tensor, Tensor> quant_conv;
    private readonly Module<Tensor, Tensor> post_quant_conv;

    /// <summary>Creates an autoencoder with new weights, torch's defaults for its layers.</summary>
    /// <param name="config">The architecture; by default Stable Diffusion's.</param>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    public AutoencoderKL(AutoencoderConfig? config = null) : base(nameof(AutoencoderKL))
    {
        Config = (config ?? new AutoencoderConfig()).Validate();
        var latents = Config.LatentChannels;
        encoder = new VaeEncoder(Config);
        decoder = new VaeDecoder(Config);
        quant_conv = Config.UseQuantConv ? Conv2d(2 * latents, 2 * latents, kernel_size: 1) : Identity();
        post_quant_conv = Config.UsePostQuantConv ? Conv2d(latents, latents, kernel_size: 1) : Identity();
        RegisterComponents();
    }

    /// <value>The architecture and the scaling.</value>
    public AutoencoderConfig Config { get; }

    /// <inheritdoc/>
    public int LatentChannels => Config.LatentChannels;

    /// <inheritdoc/>
    public int DownsamplingFactor => Config.DownsamplingFactor;

    /// <value>
    /// Whether <see cref="Encode"/> samples the latents from their distribution, as DiT is trained, or takes its mode.
    /// Default <see langword="true"/>.
    /// </value>
    public bool SamplesPosterior { get; set; } = true;

    /// <value>How <see cref="Decode"/> cuts large latents into tiles; <see langword="null"/>, the default, for never.</value>
    /// <exception cref="ArgumentException">A value of it is out of range.</exception>
    public DecodeTiling? DecodeTiling { get; set => field = value?.Validate(); }

    /// <summary>Loads an autoencoder from a file that <see cref="Save"/> or diffusers wrote, or from one of the original layout.</summary>
    /// <param name="path">
    /// A safetensors file, or diffusers' folder with diffusion_pytorch_model.safetensors and config.json. The keys may be
    /// diffusers', with the attention's old names (query, key, value, proj_attn) or the new ones, or those of the original
    /// latent-diffusion code, also within a whole Stable Diffusion checkpoint (first_stage_model).
    /// </param>
    /// <param name="config">
    /// The configuration; by default that in the file's metadata, else that of config.json beside diffusers' file, else what
    /// the tensors' shapes say, with 32 groups. Shapes do not say the scaling: 4 latent channels then have Stable Diffusion's
    /// 0.18215, which is wrong for SDXL, and any other number of channels is refused.
    /// </param>
    /// <returns>The autoencoder, in host memory and in evaluation mode.</returns>
    /// <exception cref="CheckpointException">The file is damaged, does not fit the configuration, or does not say enough.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The configuration given is not valid.</exception>
    public static AutoencoderKL Load(string path, AutoencoderConfig? config = null) => AutoencoderFile.Load(path, config);

    /// <summary>Writes weights, under diffusers' names, and configuration to a safetensors file, atomically.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AutoencoderFile.Save(this, path);

    /// <summary>Takes images to scaled latents, sampled or not (<see cref="SamplesPosterior"/>), without a graph.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W], of any floating type; f divides H and W.</param>
    /// <param name="generator">What the latents are drawn from, on the images' device; by default torch's global generator.</param>
    /// <returns>Scaled latents, [B, C, H/f, W/f], of the images' type.</returns>
    /// <exception cref="ArgumentException">The images do not fit the autoencoder.</exception>
    public Tensor Encode(Tensor images, Generator? generator = null)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var posterior = EncodeMoments(images);
        var z = SamplesPosterior ? posterior.Sample(generator) : posterior.Mode();                         // [B, C, h, w]
        return ((z - Config.ShiftFactor) * Config.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <summary>Takes scaled latents to images, in tiles if need be (<see cref="DecodeTiling"/>), without a graph.</summary>
    /// <param name="latents">Scaled latents, [B, C, h, w], of any floating type.</param>
    /// <returns>Images meant for [-1, 1], not clamped, [B, channels, h f, w f], of the latents' type.</returns>
    /// <exception cref="ArgumentException">The latents do not fit the autoencoder.</exception>
    public Tensor Decode(Tensor latents)
    {
        CheckLatents(latents);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var z = latents / Config.ScalingFactor + Config.ShiftFactor;                                       // [B, C, h, w]
        var images = DecodeTiling is null ? DecodeRaw(z) : TiledDecoder.Decode(DecodeRaw, z, DecodeTiling, DownsamplingFactor);
        return images.MoveToOuterDisposeScope();
    }

    /// <summary>The distribution of the unscaled latents z of images.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W], of any floating type; f divides H and W.</param>
    /// <returns>The distribution over [B, C, H/f, W/f], of the images' type, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The images do not fit the autoencoder.</exception>
    public DiagonalGaussian EncodeMoments(Tensor images)
    {
        CheckImages(images);
        using var moments = Moments(images);
        return new DiagonalGaussian(moments);
    }

    /// <summary>The distribution of the scaled latents of images, without a graph.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W], of any floating type; f divides H and W.</param>
    /// <returns>The distribution over [B, C, H/f, W/f], of the images' type, which the caller owns.</returns>
    /// <exception cref="ArgumentException">The images do not fit the autoencoder.</exception>
    public DiagonalGaussian EncodeDistribution(Tensor images)
    {
        using var guard = no_grad();
        using var moments = ScaledMoments(images);
        return new DiagonalGaussian(moments);
    }

    /// <summary>Architecture, scaling, how <see cref="Encode"/> draws, and a checksum of the weights.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"{nameof(AutoencoderKL)}, {LatentChannels} channels at 1/{DownsamplingFactor}, scaling {Config.ScalingFactor}, shift {Config.ShiftFactor}, ")
        + $"{(SamplesPosterior ? "sampled" : "mode")}, weights {ModuleState.Checksum(this)}";

    /// <summary>Takes unscaled latents z to images, in one piece.</summary>
    /// <param name="latents">Unscaled latents, [B, C, h, w], of any floating type.</param>
    /// <returns>Images meant for [-1, 1], not clamped, [B, channels, h f, w f], of the latents' type.</returns>
    /// <exception cref="ArgumentException">The latents do not fit the autoencoder.</exception>
    public Tensor DecodeRaw(Tensor latents)
    {
        CheckLatents(latents);
        using var scope = NewDisposeScope();
        using var own = WithoutAutocast(latents);
        var z = post_quant_conv.call(latents.to(WeightType));                                              // [B, C, h, w]
        return decoder.call(z).to(latents.dtype).MoveToOuterDisposeScope();                                // [B, channels, h f, w f]
    }

    /// <summary>Encodes images and decodes the mode of their latents.</summary>
    /// <param name="images">Images in [-1, 1], [B, channels, H, W]; f divides H and W.</param>
    /// <returns>Reconstructions, [B, channels, H, W], of the images' type.</returns>
    /// <exception cref="ArgumentException">The images do not fit the autoencoder.</exception>
    public override Tensor forward(Tensor images)
    {
        using var posterior = EncodeMoments(images);
        return DecodeRaw(posterior.Mean);
    }

    /// <summary>On the processor it computes in its weights' type also where a trainer casts: libtorch 1.13 has not all of its operators in bfloat16 there.</summary>
    private static IDisposable? WithoutAutocast(Tensor input) =>
        input.device.type == DeviceType.CPU && Engine.Supports(Feature.Autocast) ? Autocast.Suspend(DeviceType.CPU) : null;

    private ScalarType WeightType => parameters().First().dtype;

    private Tensor Moments(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var own = WithoutAutocast(images);
        var moments = quant_conv.call(encoder.call(images.to(WeightType)));                                // [B, 2C, h, w]
        return moments.to(images.dtype).MoveToOuterDisposeScope();
    }

    private Tensor ScaledMoments(Tensor images)
    {
        using var scope = NewDisposeScope();
        var z = EncodeMoments(images);
        var mean = (z.Mean - Config.ShiftFactor) * Config.ScalingFactor;                                   // [B, C, h, w]
        var logVariance = z.LogVariance + 2 * Math.Log(Config.ScalingFactor);                              // [B, C, h, w]
        return cat([mean, logVariance], 1).MoveToOuterDisposeScope();                                      // [B, 2C, h, w]
    }

    private void CheckImages(Tensor images) =>
        CodecInputs.Check(images, Config.InChannels, DownsamplingFactor, "AutoencoderConfig.InChannels", nameof(images));

    private void CheckLatents(Tensor latents) =>
        CodecInputs.Check(latents, LatentChannels, multiple: 1, "AutoencoderConfig.LatentChannels", nameof(latents));
}
