using System.CommandLine;
using Dit.Samples;
using Dit.Samples.CustomLoop;

var small = new Option<bool>("--small") { Description = "16 x 16 pixels and a small model: a minute or two on two processor cores." };
var steps = new Option<int?>("--steps") { Description = "Training steps; by default the setting's own." };
var deviceName = new Option<string>("--device") { Description = "cpu, cuda, cuda:1.", DefaultValueFactory = _ => "cpu" };
var folder = new Option<string>("--out") { Description = "Folder for pictures and weights.", DefaultValueFactory = _ => Path.Combine("runs", "custom-loop") };
var command = new RootCommand("A host application with its own loop, data set, timestep density and sampler learns to draw coloured shapes.") { small, steps, deviceName, folder };
command.SetAction((arguments, cancellationToken) =>
{
    var settings = arguments.GetValue(small) ? Settings.Small : Settings.Full;
    settings = settings with { Steps = arguments.GetValue(steps) ?? settings.Steps, Device = arguments.GetValue(deviceName)!, Out = arguments.GetValue(folder)! };
    return ShapesProgram.RunAsync(settings, Console.Out, cancellationToken);
});
return await CommandLine.RunAsync(command, args);
