using System.CommandLine;
using Dit.Data;
using static TorchSharp.torch;

namespace Dit.Cli;

/// <summary><c>dit sample</c>: one picture with all images.</summary>
internal static class SampleCommand
{
    private const string More = """
        Examples:
          dit sample --checkpoint runs/mnist --labels 3 1 4 --guidance 4 --steps 20 --seed 7 --out digits.png
          dit sample --checkpoint runs/photos --count 64 --columns 8
          dit sample --checkpoint runs/captions --conditions captions.npy
          dit sample --checkpoint dit-xl-2-256 --vae sd-vae-ft-ema --labels 207 360 --guidance 4 --out imagenet.png
        """;

    public static Command Create()
    {
        var command = new ExplainedCommand("sample", "Draw images with a trained model, side by side in one PNG.", More);
        var options = new DrawingOptions(command, "Images in all. Default: one for each condition, else 16.");
        var path = new Option<string>("--out", "-o") { Description = "The PNG file.", DefaultValueFactory = _ => "samples.png" };
        var columns = new Option<int>("--columns") { Description = "Images in a row.", DefaultValueFactory = _ => 8 };
        command.Options.Add(path);
        command.Options.Add(columns);
        return command.Does(async (parsed, shell, cancellationToken) =>
        {
            var file = Path.GetFullPath(parsed.GetValue(path)!);
            if (Path.GetExtension(file) != ".png") throw new UsageException($"'{file}' does not end in .png, the format that is written.");
            OutputPath.Require(file);
            using var drawing = options.Open(parsed, shell);
            using var conditions = drawing.All(each: false);
            await shell.ProgressAsync("drawing", 0, conditions.Count, progress => Task.Run(() => Draw(drawing, conditions, file, parsed.GetValue(columns), progress, cancellationToken), cancellationToken));
            shell.Result($"drew {conditions.Count} images: see '{file}'", new
            {
                file, count = conditions.Count, labels = conditions.Names.Where(name => name.Length > 0), seed = drawing.Seed, guidance = drawing.Artist.Guidance,
            });
        });
    }

    private static void Draw(Drawing drawing, Conditions conditions, string file, int columns, Action<long, string> progress, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var drawn = new List<Tensor>();
        foreach (var (batch, seeds) in drawing.Batches(conditions))
        {
            using (batch) drawn.Add(drawing.Artist.Draw(batch, seeds, cancellationToken));
            progress(drawn.Sum(d => d.shape[0]), "");
        }
        ImageFile.SaveGrid(file, cat(drawn), Math.Min(columns, conditions.Count));                                            // [B, C, H, W]
    }
}
