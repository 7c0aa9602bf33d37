using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Dit.Benchmarks;

/// <summary>Decoding photographs and cropping them to 256 x 256 as ADM does: Dit against Pillow, as many processes of either, in turns.</summary>
internal static class ImagesBenchmark
{
    private static readonly string Peer = Path.Combine(
        typeof(ImagesBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepoRoot").Value!,
        "benchmarks", "peers", "images_peer.py");

    private static readonly (int Width, int Height, int Count)[] Sets = [(500, 375, 64), (1600, 1200, 16), (4000, 3000, 4)];

    public static Command Command(Option<int> rounds, Option<string> python)
    {
        var processes = new Option<int>("--processes") { Description = "Of either side.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var photographs = new Option<string>("--photographs")
        {
            Description = "A folder of photographs (Debian's tuxpaint-stamps-default).",
            DefaultValueFactory = _ => "/usr/share/tuxpaint/stamps",
        };
        var command = new Command("images", "Decoding photographs and ADM's crop to 256: Dit against Pillow.") { rounds, processes, photographs, python };
        command.SetAction(result => Run(result.GetValue(rounds), result.GetValue(processes), result.GetValue(photographs)!, result.GetValue(python)!));
        var worker = new Command("worker", "Dit's side, started by the benchmark itself.") { Hidden = true };
        worker.SetAction(_ => ImagesWorker.Serve(Console.In, Console.Out));
        command.Add(worker);
        return command;
    }

    private static void Run(int rounds, int processes, string photographs, string python)
    {
        var folder = Directory.CreateTempSubdirectory("dit-images-");
        var dit = Enumerable.Range(0, processes).Select(_ => Contender.DitImages()).ToArray();
        var pillow = Enumerable.Range(0, processes).Select(_ => Contender.Pillow(python, Peer)).ToArray();
        try
        {
            Photographs(dit[0], pillow[0], photographs, folder);
            foreach (var (width, height, count) in Sets)
            {
                var set = folder.CreateSubdirectory($"{width}");
                var bytes = double.Parse(pillow[0].Ask($"write {photographs} {set.FullName} {width} {height} {count}"), CultureInfo.InvariantCulture);
                foreach (var side in dit.Concat(pillow)) side.Ask($"open {set.FullName}");
                var difference = Difference(dit[0], pillow[0], folder.CreateSubdirectory($"{width}-crops"), count);
                Compare($"{width} x {height} JPEG, {bytes / count / 1000:F0} kB", dit, pillow, count, rounds, difference);
                Thumbnails(set, processes, count, rounds);
            }
        }
        finally
        {
            foreach (var side in dit.Concat(pillow)) side.Dispose();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Photographs of any size: not how fast, but whether the crops are the official ones.</summary>
    private static void Photographs(Contender dit, Contender pillow, string photographs, DirectoryInfo folder)
    {
        const int Count = 200;
        var set = folder.CreateSubdirectory("single");
        var sizes = pillow.Ask($"single {photographs} {set.FullName} {Count}");
        foreach (var side in new[] { dit, pillow }) side.Ask($"open {set.FullName}");
        var difference = Difference(dit, pillow, folder.CreateSubdirectory("single-crops"), Count);
        Console.WriteLine($"{Count} photographs of {sizes} sizes, PNG and JPEG, upright and not: greatest difference {difference}");
    }

    /// <returns>The greatest difference between the sides' crops, in levels.</returns>
    private static int Difference(Contender dit, Contender pillow, DirectoryInfo folder, int count)
    {
        dit.Ask($"crops {folder.FullName}");
        pillow.Ask($"crops {folder.FullName}");
        return Enumerable.Range(0, count).Max(i =>
            Bytes($"{i}.dit").Zip(Bytes($"{i}.pillow"), (a, b) => Math.Abs(a - b)).Max());

        byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder.FullName, name));
    }

    private static void Compare(string name, Contender[] dit, Contender[] pillow, int count, int rounds, int difference)
    {
        const double turn = 1;
        foreach (var side in new[] { dit, pillow })
            for (var i = 0; i < 3; i++) Turn(side, 1);        // code is compiled, files are in memory
        var times = Math.Max(1, (int)(turn / Turn(pillow, 1).Wall));
        List<(double Wall, double Cpu)> ours = [], theirs = [];
        for (var i = 0; i < rounds; i++)
        {
            if (i % 2 == 0) ours.Add(Turn(dit, times));
            theirs.Add(Turn(pillow, times));
            if (i % 2 == 1) ours.Add(Turn(dit, times));
        }
        var images = (double)count * times * dit.Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-28}processor time an image: Dit {Cpu(ours),6:F2} ms  Pillow {Cpu(theirs),6:F2} ms  ratio {Cpu(theirs) / Cpu(ours):F2}   "
            + $"{dit.Length} processes: Dit {images / Wall(ours),6:F0} img/s  Pillow {images / Wall(theirs),6:F0} img/s  "
            + $"ratio {Wall(theirs) / Wall(ours):F2}   greatest difference {difference}"));

        double Cpu(List<(double Wall, double Cpu)> turns) => Comparison.Quantile(turns.Select(t => t.Cpu), 0.5) / images * 1000;
        static double Wall(List<(double Wall, double Cpu)> turns) => Comparison.Quantile(turns.Select(t => t.Wall), 0.5);
    }

    /// <summary>
    /// libvips' own program on the same files, as many processes of it: it decodes JPEG at half or quarter size, which the official crop does not, and
    /// writes what it made, uncompressed.
    /// </summary>
    private static void Thumbnails(DirectoryInfo set, int processes, int count, int rounds)
    {
        var times = Math.Max(1, 128 / count);
        string[] files = [.. Enumerable.Repeat(set.GetFiles("*.jpg").Select(f => f.FullName), times).SelectMany(f => f)];
        var output = set.CreateSubdirectory("thumbnails");
        var seconds = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            var running = new List<Process>();
            for (var p = 0; p < processes; p++)
            {
                var start = new ProcessStartInfo("vipsthumbnail") { Environment = { ["VIPS_CONCURRENCY"] = "1" } };
                foreach (var argument in (string[])["--size", "256x256", "--smartcrop", "centre", "-o", Path.Combine(output.FullName, $"%s-{p}.ppm"), .. files]) start.ArgumentList.Add(argument);
                try
                {
                    running.Add(Process.Start(start)!);
                }
                catch (System.ComponentModel.Win32Exception)
                {
                    Console.WriteLine("vipsthumbnail is not installed (Debian's libvips-tools): left out.");
                    return;
                }
            }
            foreach (var process in running) process.WaitForExit();
            seconds.Add(watch.Elapsed.TotalSeconds);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"",-28}{processes} processes: vipsthumbnail {files.Length * processes / Comparison.Quantile(seconds, 0.5),6:F0} img/s (shrinks while it decodes; start of the program included)"));
    }

    /// <summary>All processes of a side at once: seconds until the last is done, and processor seconds of all.</summary>
    private static (double Wall, double Cpu) Turn(Contender[] side, int times)
    {
        var watch = Stopwatch.StartNew();
        var asked = side.Select(s => Task.Factory.StartNew(() => s.Ask($"run {times}"), TaskCreationOptions.LongRunning)).ToArray();
        var seconds = asked.Sum(task => double.Parse(task.Result, CultureInfo.InvariantCulture));
        return (watch.Elapsed.TotalSeconds, seconds);
    }
}
