using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Dit.Data;

namespace Dit.Usage.Tests;

/// <summary>The packages serve an application that has nothing else of this repository.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packages = ["Dit.Torch", "Dit.Core", "Dit.Diffusion", "Dit.Data"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dit-packages-");

    /// <summary>A new console project with the packages runs the README's first programs for 20 steps and draws digits.</summary>
    [Fact, Trait("Category", "Packages")]
    public async Task A_new_application_trains_and_samples_with_the_packages_alone()
    {
        var packages = _folder.CreateSubdirectory("packages").FullName;
        foreach (var name in Packages)
            await RunAsync(Metadata("RepoRoot"), ["pack", $"src/{name}", "-c", "Release", "-v", "quiet", $"-p:PackageOutputPath={packages}", "-p:DitBuildNative=false", .. Artifacts()]);
        foreach (var name in Packages)
        {
            Assert.Equal([".nupkg", ".snupkg"], Directory.GetFiles(packages, $"{name}.*").Select(Path.GetExtension).Order());
            ReadmeCanBeShown(Directory.GetFiles(packages, $"{name}.*.nupkg").Single());
        }

        var application = _folder.CreateSubdirectory("application").FullName;
        await WriteApplicationAsync(application, packages);
        foreach (var name in Packages[1..]) await AddPackageAsync(application, name, packages);
        await RunAsync(application, "run", "-c", "Release");
        Assert.Single(Directory.GetDirectories(Path.Combine(application, "runs", "mnist"), "step-0000020"));
        var grid = PixelImage.Load(Path.Combine(application, "digits.png"));
        Assert.Equal((2 * 28 + 3 * 2, 5 * 28 + 6 * 2), (grid.Height, grid.Width));
    }

    /// <summary>The same sources give the same package in two folders: no path, time or chance is in it.</summary>
    [Fact, Trait("Category", "Packages")]
    public async Task A_package_is_the_same_wherever_it_is_built()
    {
        var packages = new List<Dictionary<string, byte[]>>();
        foreach (var name in new[] { "a", "another/place" })
        {
            var copy = _folder.CreateSubdirectory(name).FullName;
            string[] parts = [".editorconfig", "Directory.Build.props", "Directory.Packages.props", "nuget.config", "src/Directory.Build.props", "src/README.md", "src/Dit.Torch", "native", "artifacts/native/lib"];
            foreach (var part in parts) Copy(Path.Combine(Metadata("RepoRoot"), part), Path.Combine(copy, part));
            Directory.CreateDirectory(Path.Combine(copy, "packages"));
            await RunAsync(copy, "pack", "src/Dit.Torch", "-c", "Release", "-v", "quiet", "--artifacts-path", "artifacts/pack", "-p:DitBuildNative=false", "-p:DeterministicSourcePaths=true");
            packages.Add(Directory.GetFiles(Path.Combine(copy, "packages")).SelectMany(Contents).ToDictionary());
        }
        Assert.Contains("lib/net10.0/Dit.Torch.pdb", packages[0].Keys);
        Assert.Equal(packages[0].Keys.Order(), packages[1].Keys.Order());
        foreach (var (entry, content) in packages[0]) Assert.True(content.SequenceEqual(packages[1][entry]), $"{entry} differs");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A package's page shows no pictures of the repository and follows no links into it.</summary>
    private static void ReadmeCanBeShown(string package)
    {
        var readme = Encoding.UTF8.GetString(Contents(package).Single(entry => entry.Key == "README.md").Value);
        Assert.Contains("dotnet add package", readme, StringComparison.Ordinal);
        Assert.All(Regex.Matches(readme, @"\]\(([^)]*)\)"), link => Assert.StartsWith("https://", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.DoesNotContain("![", readme, StringComparison.Ordinal);
    }

    /// <summary>What a package holds, but for the names and times that the zip itself is made of.</summary>
    private static IEnumerable<KeyValuePair<string, byte[]>> Contents(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        foreach (var entry in zip.Entries.Where(e => !e.FullName.StartsWith("package/", StringComparison.Ordinal) && !e.FullName.StartsWith("_rels/", StringComparison.Ordinal)))
        {
            using var bytes = new MemoryStream();
            using (var stream = entry.Open()) stream.CopyTo(bytes);
            var isSymbols = package.EndsWith(".snupkg", StringComparison.Ordinal) && !entry.FullName.EndsWith(".pdb", StringComparison.Ordinal);
            yield return new(isSymbols ? $"symbols/{entry.FullName}" : entry.FullName, bytes.ToArray());
        }
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }
        foreach (var entry in Directory.GetFileSystemEntries(from).Where(e => Path.GetFileName(e) is not ("obj" or "bin"))) Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
    }

    /// <summary>What <c>dotnet new console</c> makes, with the README's programs in it, restored from the packages and what this machine has.</summary>
    private static async Task WriteApplicationAsync(string folder, string packages)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(folder, "application.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="restored" /></config>
              <packageSources><clear /><add key="new" value="{packages}" /><add key="machine" value="{cache}" /></packageSources>
            </configuration>
            """);
        var programs = Snippets.Of(Path.Combine(AppContext.BaseDirectory, "Programs.cs"));
        var train = programs["train"].Replace("steps: 5_000", "steps: 20", StringComparison.Ordinal);
        Assert.NotEqual(programs["train"], train);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), $"""
            using Dit.Core;
            using Dit.Data;
            using Dit.Diffusion;
            using Dit.Torch;
            using Microsoft.Extensions.Logging.Abstractions;
            using static TorchSharp.torch;

            var (loggerFactory, cancellationToken) = (NullLoggerFactory.Instance, CancellationToken.None);
            {train}
            {programs["sample"]}
            """);
        var data = Directory.CreateDirectory(Path.Combine(folder, "data", "mnist")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "data", "mnist"))) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
    }

    /// <summary><c>dotnet add package</c>; an SDK without that command gets the line that it writes.</summary>
    private static async Task AddPackageAsync(string folder, string name, string packages)
    {
        var version = Regex.Match(Directory.GetFiles(packages, $"{name}.*.nupkg").Single(), $@"{Regex.Escape(name)}\.(\d.*)\.nupkg$").Groups[1].Value;
        var (code, output) = await StartAsync(folder, "add", "package", name, "--version", version);
        if (code == 0) return;
        Assert.Contains("has no 'add'", output, StringComparison.Ordinal);
        var project = Path.Combine(folder, "application.csproj");
        var text = await File.ReadAllTextAsync(project);
        await File.WriteAllTextAsync(project, text.Replace("</Project>", $"  <ItemGroup><PackageReference Include=\"{name}\" Version=\"{version}\" /></ItemGroup>\n</Project>", StringComparison.Ordinal));
    }

    private static string Metadata(string key) => typeof(PackageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value ?? "";

    private static string[] Artifacts() => Metadata("ArtifactsPath") is { Length: > 0 } path ? ["--artifacts-path", path] : [];

    private static async Task RunAsync(string folder, params string[] args)
    {
        var (code, output) = await StartAsync(folder, args);
        Assert.True(code == 0, $"dotnet {string.Join(' ', args)}\n{output}");
    }

    private static async Task<(int Code, string Output)> StartAsync(string folder, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", args)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
