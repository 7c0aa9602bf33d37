using Dit.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dit.Samples.Hosted;

/// <summary>A generic host that trains in the background and serves what the model draws by then.</summary>
internal static class HostedProgram
{
    /// <param name="args"><c>--small</c>, and settings such as <c>--Sample:Steps 100</c>.</param>
    public static IHost Build(params string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        if (args.Contains("--small"))
            builder.Configuration.AddJsonFile("appsettings.small.json");
        builder.Configuration.AddCommandLine([.. args.Where(argument => argument != "--small")]);

        builder.Services.AddDit(builder.Configuration.GetSection("Dit"));
        builder.Services.AddOptions<SampleOptions>().Configure(options => options.Read(builder.Configuration.GetSection("Sample")))
            .Validate(options => options.Steps > 0 && options.BatchSize > 0, "Sample: Steps and BatchSize must be positive.").ValidateOnStart();
        builder.Services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<Hosting.DitOptions>>().Value;
            return new RunObserver(options.Training.CheckpointDirectory ?? "runs/hosted", new RunInfo { Model = options.Model, Training = options.Training });
        });
        builder.Services.AddSingleton<TrainingStatus>();
        builder.Services.AddSingleton<ITrainingObserver>(provider => provider.GetRequiredService<RunObserver>());
        builder.Services.AddSingleton<ITrainingObserver>(provider => provider.GetRequiredService<TrainingStatus>());
        builder.Services.AddSingleton<Artist>();
        builder.Services.AddHostedService<TrainingService>();
        builder.Services.AddHostedService<DigitServer>();
        return builder.Build();
    }
}
