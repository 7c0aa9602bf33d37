using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Dit.Cli;

/// <summary>A command whose help goes on after the options: details and examples.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="more">The rest.</param>
internal sealed class ExplainedCommand(string name, string description, string more) : Command(name, description)
{
    /// <summary>Has the help of a command and of those in it show all.</summary>
    public static RootCommand In(RootCommand root, string more)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new FullHelp((HelpAction)help.Action!, more);
        return root;
    }

    private sealed class FullHelp(HelpAction usual, string rootMore) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            var result = usual.Invoke(parsed);
            var text = parsed.CommandResult.Command switch
            {
                ExplainedCommand explained => explained.More,
                RootCommand => rootMore,
                _ => "",
            };
            if (text.Length > 0) parsed.InvocationConfiguration.Output.WriteLine(text + Environment.NewLine);
            return result;
        }
    }

    private string More => more;
}
