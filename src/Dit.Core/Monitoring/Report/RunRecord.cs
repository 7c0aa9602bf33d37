using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Dit.Torch;

namespace Dit.Core;

/// <summary>What <c>run.json</c> beside a report holds: what the run was told, and where it ran.</summary>
internal sealed partial record RunRecord
{
    public required string Title { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required Dictionary<string, string> Settings { get; init; }

    public required Dictionary<string, string> Environment { get; init; }

    public static RunRecord Of(RunInfo info, string directory) => new()
    {
        Title = info.Title ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))),
        Started = DateTimeOffset.Now,
        Settings = info.AllSettings().ToDictionary(s => s.Key, s => RunSettings.Text(s.Value)),
        Environment = Present(),
    };

    private static Dictionary<string, string> Present()
    {
        var environment = new Dictionary<string, string>
        {
            ["Dit"] = typeof(RunRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            [".NET"] = RuntimeInformation.FrameworkDescription,
            ["system"] = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}",
            ["machine"] = System.Environment.MachineName,
        };
        foreach (var line in Engine.Describe().Split('\n', StringSplitOptions.TrimEntries))
            if (Columns().Split(line, 2) is [var name, var value])
                environment[name] = value;
        return environment;
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Columns();
}
