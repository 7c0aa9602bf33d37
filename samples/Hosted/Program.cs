using Dit.Samples.Hosted;
using Microsoft.Extensions.Hosting;

// dotnet run --project samples/Hosted -c Release -- --small
// Any setting may follow, such as --Sample:Address http://localhost:8000/ --Dit:Training:Optimizer:LearningRate 1e-3
using var host = HostedProgram.Build(args);
await host.RunAsync();
