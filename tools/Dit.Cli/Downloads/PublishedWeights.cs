namespace Dit.Cli;

/// <summary>Weights that others published.</summary>
/// <param name="Name">What they are called here.</param>
/// <param name="Title">What they are.</param>
/// <param name="Licence">What one may do with them.</param>
/// <param name="Page">Where to read more.</param>
/// <param name="Files">Their files.</param>
internal sealed record PublishedWeights(string Name, string Title, string Licence, string Page, IReadOnlyList<PublishedFile> Files)
{
    private const string DitLicence = "Creative Commons Attribution-NonCommercial 4.0 (CC-BY-NC 4.0): not for commercial use";

    /// <summary>All that are known.</summary>
    public static IReadOnlyList<PublishedWeights> All { get; } = [Dit(256), Dit(512), Autoencoder("sd-vae-ft-ema"), Autoencoder("sd-vae-ft-mse")];

    private static PublishedWeights Dit(int size)
    {
        var file = $"DiT-XL-2-{size}x{size}.pt";
        return new($"dit-xl-2-{size}", $"the official DiT-XL/2 for ImageNet at {size} x {size} (Peebles and Xie 2023)", DitLicence,
            "https://github.com/facebookresearch/DiT", [new(file, new($"https://dl.fbaipublicfiles.com/DiT/models/{file}"))]);
    }

    private static PublishedWeights Autoencoder(string name)
    {
        var page = $"https://huggingface.co/stabilityai/{name}";
        PublishedFile File(string file) => new(file, new($"{page}/resolve/main/{file}"));
        return new(name, "the Stable Diffusion autoencoder that the official DiT works with", "MIT", page,
            [File("config.json"), File("diffusion_pytorch_model.safetensors")]);
    }
}
