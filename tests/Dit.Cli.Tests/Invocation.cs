using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Dit.Cli.Tests;

/// <summary>One call of dit and what it said.</summary>
internal sealed record Invocation(int ExitCode, string Output, string Error)
{
    /// <summary>The last line of what it said besides results.</summary>
    public string LastError => Error.TrimEnd().Split('\n')[^1];

    public JsonObject Json => (JsonObject)JsonNode.Parse(Output)!;

    public static async Task<Invocation> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await DitCommand.RunAsync(args, output, error);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs it and sees to it that it succeeded.</summary>
    public static async Task<Invocation> SucceedAsync(params string[] args)
    {
        var run = await RunAsync(args);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    /// <summary>The same in a process of its own, which heeds Ctrl-C even where these tests ignore it, as what a shell starts in the background does.</summary>
    public static Process Start(string[] args, params (string Name, string Value)[] environment)
    {
        var dotnet = Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet";
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "--default-signal=INT", dotnet, "exec", "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "Dit.Cli.Tests.runtimeconfig.json"), Path.Combine(AppContext.BaseDirectory, "dit.dll") })
            start.ArgumentList.Add(argument);
        foreach (var argument in args) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
