using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dit.Cli;

/// <summary>The command <c>dit</c>: its commands, and how errors become a line and an exit code.</summary>
internal static partial class DitCommand
{
    private const string Examples = """
        Examples:
          dit train --data photos --out runs/photos
          dit sample --checkpoint runs/photos --labels cat dog --out pets.png
          dit download dit-xl-2-256
          dit info runs/photos

        Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 stopped with Ctrl-C.
        """;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where errors and progress go.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var parsed = Root().Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Action is ParseErrorAction)
        {
            var command = string.Join(' ', Path(parsed.CommandResult));
            await error.WriteLineAsync($"error: {Best(parsed)}. See '{command} --help'.");
            return ExitCode.Usage;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        }, cancellationToken);
    }

    /// <summary>Gives a command its work. Errors that users can do something about become one line.</summary>
    public static Command Does(this Command command, Func<ParseResult, Shell, CancellationToken, Task> work)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var shell = new Shell(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(Json));
            try
            {
                await work(parsed, shell, cancellationToken);
                return shell.ExitCode;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await shell.Error.WriteLineAsync("stopped");
                return ExitCode.Cancelled;
            }
            catch (Exception e) when (e is UsageException or ArgumentException)
            {
                await shell.Error.WriteLineAsync($"error: {Line(e)}");
                return ExitCode.Usage;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArithmeticException or InvalidOperationException
                or NotSupportedException or HttpRequestException or JsonException or ExternalException or DllNotFoundException)
            {
                await shell.Error.WriteLineAsync($"error: {Line(e)}");
                return ExitCode.Failure;
            }
        });
        return command;
    }

    /// <summary>For machines: the result as one JSON object in a line.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Write the result as one JSON object.", Recursive = true };

    internal static RootCommand Root() => ExplainedCommand.In(new("Diffusion Transformers: train on your images, draw new ones.")
    {
        Json, TrainCommand.Create(), SampleCommand.Create(), GenerateCommand.Create(), LearningRateCommand.Create(), DataCommand.Create(),
        ConvertCommand.Create(), DownloadCommand.Create(), InfoCommand.Create(), BenchCommand.Create(),
    }, Examples);

    /// <summary>Of several errors that which says what was not understood.</summary>
    private static string Best(ParseResult parsed)
    {
        var unknown = parsed.Errors.FirstOrDefault(e => parsed.UnmatchedTokens.Any(token => e.Message.Contains($"'{token}'", StringComparison.Ordinal)));
        var message = WhiteSpace().Replace((unknown ?? parsed.Errors[0]).Message, " ").TrimEnd('.');
        return ClrType().Replace(message, m => m.Groups[1].Value switch { "Double" or "Single" => "a number", "Boolean" => "true or false", _ => "a whole number" });
    }

    private static IEnumerable<string> Path(CommandResult command) =>
        (command.Parent is CommandResult parent ? Path(parent) : ["dit"]).Concat(command.Parent is null ? [] : [command.Command.Name]);

    /// <summary>The message in one line, without the parameter's name, which means nothing in a shell. What could not be loaded keeps its list.</summary>
    private static string Line(Exception e) => e is DllNotFoundException ? e.Message : Parameter().Replace(e.Message, "").ReplaceLineEndings(" ").Trim();

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"expected type '(?:System\.Nullable`1\[)?System\.(\w+)\]?'")]
    private static partial Regex ClrType();
}
