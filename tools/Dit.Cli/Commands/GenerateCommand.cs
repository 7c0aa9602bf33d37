using System.CommandLine;
using System.Globalization;
using Dit.Core;
using Dit.Data;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit generate</c>: a file for each image, and how it came about.</summary>
internal static class GenerateCommand
{
    private const string More = """
        Examples:
          dit generate --checkpoint runs/faces --labels female male male --ema
          dit generate --checkpoint runs/faces --labels female male --count 100 --out faces
          dit generate --checkpoint runs/celeba --labels Male+Smiling Young Eyeglasses=0.5 none
          dit generate --checkpoint runs/photos --gif
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("generate", "Draw images with a trained model, each in a file of its own, and on request an animation of how they come out of the noise.", More);
        var options = new DrawingOptions(command, "Images for each condition; for a model without, in all.");
        var path = new Option<string>("--out", "-o") { Description = "The folder for the files.", DefaultValueFactory = _ => "generated" };
        var gif = new Option<bool>("--gif") { Description = "Also write denoising.gif: the first batch as the model expects it after each step." };
        command.Options.Add(path);
        command.Options.Add(gif);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var folder = Path.GetFullPath(parsed.GetValue(path)!);
            OutputPath.Require(Path.Combine(folder, "denoising.gif"));
            using var drawing = options.Open(parsed, shell);
            using var conditions = drawing.All(each: true);
            var files = new List<string>();
            await shell.ProgressAsync("drawing", 0, conditions.Count, progress => Task.Run(() =>
            {
                foreach (var (batch, seeds) in drawing.Batches(conditions))
                {
                    using (batch) files.AddRange(Draw(drawing, batch, seeds, folder, parsed.GetValue(gif) && files.Count == 0, cancellationToken));
                    progress(files.Count, "");
                }
            }, cancellationToken));
            shell.Result($"drew {files.Count} images: see '{folder}'", new { folder, files, labels = conditions.Names, guidance = drawing.Artist.Guidance });
        });
    }

    /// <returns>The files' names.</returns>
    private static List<string> Draw(Drawing drawing, Conditions conditions, ulong[] seeds, string folder, bool gif, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var (names, frames) = (new List<string>(), new List<PixelImage>());
        foreach (var step in drawing.Artist.Steps(conditions, seeds, cancellationToken))
        {
            using var inner = NewDisposeScope();
            if (gif) frames.Add(PixelImage.Decode(Png.EncodeGrid(drawing.Vae.Images(step.PredictedClean))));
            if (step.Index < step.Count - 1) continue;
            var images = drawing.Vae.Images(step.Sample);                                                          // [B, C, H, W]
            for (var i = 0; i < seeds.Length; i++)
            {
                var name = conditions.Names[i].Length == 0 ? "" : $"-{FileName(conditions.Names[i])}";
                names.Add(string.Create(CultureInfo.InvariantCulture, $"{seeds[i]:00000}{name}.png"));
                ImageFile.Save(Path.Combine(folder, names[^1]), images[i]);
            }
        }
        if (gif) AnimationFile.Save(Path.Combine(folder, "denoising.gif"), frames, new AnimationOptions { LastFrameDuration = TimeSpan.FromSeconds(2) });
        return names;
    }

    private static string FileName(string text) => string.Concat(text.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '+' or '=' or '.' ? c : '_'));
}
