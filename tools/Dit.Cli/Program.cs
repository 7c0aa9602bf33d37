using System.Globalization;
using Dit.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await DitCommand.RunAsync(args, Console.Out, Console.Error);
