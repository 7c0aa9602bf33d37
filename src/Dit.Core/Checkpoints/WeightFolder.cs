namespace Dit.Core;

/// <summary>Finds the file of weights in a folder as diffusers and transformers write it.</summary>
internal static class WeightFolder
{
    private static readonly string[] Patterns = ["diffusion_pytorch_model.safetensors", "*.safetensors.index.json", "*.safetensors", "*.bin", "*.pt"];

    /// <exception cref="CheckpointException">There is none, or several and none has the usual name.</exception>
    public static string Find(string folder)
    {
        foreach (var pattern in Patterns)
        {
            var files = Directory.GetFiles(folder, pattern);
            if (files.Length == 1)
                return files[0];
            if (files.Length > 1)
            {
                var names = files.Select(Path.GetFileName).Order(StringComparer.Ordinal);
                throw new CheckpointException($"'{folder}' has several files of weights ({string.Join(", ", names)}); name the one to open.");
            }
        }
        throw new CheckpointException($"'{folder}' has no file of weights, none of {string.Join(", ", Patterns)}.");
    }
}
