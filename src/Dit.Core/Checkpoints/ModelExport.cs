namespace Dit.Core;

/// <summary>Writes a model's weights for other programs.</summary>
public static class ModelExport
{
    /// <summary>Writes the weights under the official implementation's names: what <c>load_state_dict</c> of its DiT takes.</summary>
    /// <param name="model">A model of the official architecture.</param>
    /// <param name="path">The safetensors file; it is replaced if it exists.</param>
    /// <exception cref="NotSupportedException">The official implementation has no such model.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void ToOfficial(DitModel model, string path)
    {
        RequireOfficial(model, "The official implementation");
        SafeTensors.Save(path, model.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Writes the weights as diffusers keeps them: a folder with <c>config.json</c> and <c>diffusion_pytorch_model.safetensors</c>.</summary>
    /// <param name="model">A model of the official architecture with classes, for square images.</param>
    /// <param name="directory">The folder; it is created if it does not exist.</param>
    /// <exception cref="NotSupportedException">diffusers has no such model.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static void ToDiffusers(DitModel model, string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        RequireOfficial(model, "diffusers");
        if (!model.Config.HasNullClass || model.Config.ImageSize.Height != model.Config.ImageSize.Width)
            throw new NotSupportedException("diffusers' DiT has classes, a null class and square images; this model has not.");
        Directory.CreateDirectory(directory);
        using (TorchSharp.torch.NewDisposeScope())
        {
            SafeTensors.Save(Path.Combine(directory, "diffusion_pytorch_model.safetensors"), DiffusersLayout.Export(model),
                new Dictionary<string, string> { ["format"] = "pt" });
        }
        AtomicFile.Write(Path.Combine(directory, "config.json"), System.Text.Encoding.UTF8.GetBytes(DiffusersLayout.ConfigJson(model.Config)));
    }

    private static void RequireOfficial(DitModel model, string who)
    {
        ArgumentNullException.ThrowIfNull(model);
        var theirs = new DitConfig
        {
            ImageSize = model.Config.ImageSize, PatchSize = model.Config.PatchSize, Channels = model.Config.Channels, Width = model.Config.Width,
            Depth = model.Config.Depth, Heads = model.Config.Heads, MlpRatio = model.Config.MlpRatio, Classes = model.Config.Classes,
            LabelDropout = model.Config.LabelDropout, LearnedVariance = model.Config.LearnedVariance,
        };
        if (model.Config != theirs)
            throw new NotSupportedException($"{who} has no such model: {string.Join("; ", model.Config.DifferencesTo(theirs))}.");
    }
}
