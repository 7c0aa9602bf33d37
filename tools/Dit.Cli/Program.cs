using Dit.Cli;
using Dit.Tools;

using var stop = new StopSignal();
return await DitCommand.RunAsync(args, Console.Out, Console.Error, stop.Token);
