using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Dit.Core;
using Dit.Diffusion;
using Dit.Hosting;
using Dit.Samples.Hosted;
using Dit.Torch;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Dit.Usage.Tests;

/// <summary><c>services.AddDit</c>, and samples/Hosted for a few steps.</summary>
public sealed class HostedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dit-usage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IHost Host(string json, Action<IServiceCollection>? configure = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)));
        configure?.Invoke(builder.Services);
        builder.Services.AddDit(builder.Configuration.GetSection("Dit"));
        return builder.Build();
    }

    [Fact]
    public void A_section_becomes_options_with_defaults_for_the_rest()
    {
        using var host = Host("""
            { "Dit": { "device": "cpu",
                "Model": { "ImageSize": [8, 16], "PatchSize": 4, "Width": 32, "Depth": 1, "Heads": 2, "Classes": 4, "Norm": "RmsNorm", "RotaryPositions": true, "Time": { "Width": 64 } },
                "Training": { "Optimizer": { "LearningRate": 1e-3 }, "LearningRateSchedule": { "$type": "Polynomial", "Steps": 10, "Least": 0.1 }, "MaxGradientNorm": 2,
                    "Averages": [ { "$type": "power", "Width": 0.1 } ], "Precision": "Float32", "CheckpointDirectory": "runs/2024" } } }
            """);
        var options = host.Services.GetRequiredService<IOptions<DitOptions>>().Value;
        var expected = new DitConfig
        {
            ImageSize = (8, 16), PatchSize = 4, Width = 32, Depth = 1, Heads = 2, Classes = 4, Norm = NormType.RmsNorm, RotaryPositions = true, Time = new TimeEncoding { Width = 64 },
        };
        Assert.Equal(expected, options.Model);
        Assert.Equal(new AdamWOptions { LearningRate = 1e-3 }, options.Training.Optimizer);
        Assert.Equal(new PolynomialDecay(10) { Least = 0.1 }, options.Training.LearningRateSchedule);
        Assert.Equal([new PowerEma(0.1)], options.Training.Averages!);
        Assert.Equal((Precision.Float32, "runs/2024", 0.9999, 100), (options.Training.Precision, options.Training.CheckpointDirectory, options.Training.EmaDecay, options.Training.LogEvery));
    }

    [Theory]
    [InlineData("""{ "Dit": { "Model": { "Widht": 32 } } }""", "Dit:Model", "Widht")]
    [InlineData("""{ "Dit": { "Model": { "Width": "broad" } } }""", "Dit:Model", "width")]
    [InlineData("""{ "Dit": { "Modell": { "Width": 32 } } }""", "Dit:Modell", "no such option")]
    [InlineData("""{ "Dit": { "Device": "abacus" } }""", "Device", "abacus")]
    [InlineData("""{ "Dit": { "Training": { "Optimizer": { "$type": "Newton" } } } }""", "Dit:Training", "Newton")]
    public async Task What_does_not_fit_stops_the_start(string json, string where, string what)
    {
        using var host = Host(json);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        using var host = Host("""{ "Dit": { "Model": { "Width": 30, "Depth": 0 }, "Training": { "WarmupSteps": -1 } } }""");
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(2, error.Failures.Count());
        foreach (var part in (string[])["Width is 30", "Depth is 0", "WarmupSteps is -1"])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_services_fit_together_and_the_hosts_own_come_first()
    {
        var own = DenoisingObjective.OfficialDit();
        var observer = new TrainingStatus();
        using var host = Host("""{ "Dit": { "Model": { "ImageSize": 8, "Width": 32, "Depth": 1, "Heads": 2, "LearnedVariance": true }, "Training": { "Seed": 5 } } }""",
            services => services.AddSingleton(own).AddSingleton<ITrainingObserver>(observer));
        var trainer = host.Services.GetRequiredService<DitTrainer>();
        Assert.Same(own, host.Services.GetRequiredService<ITrainingObjective>());
        Assert.Same(trainer, host.Services.GetRequiredService<DitTrainer>());
        Assert.Equal([observer], trainer.Observers);
        using var batch = new Batch(TorchSharp.torch.zeros(2, 4, 8, 8), TorchSharp.torch.zeros(2, TorchSharp.torch.int64));
        Assert.Equal(1, trainer.TrainStep(batch).Step);
        Assert.Equal(1, observer.Last.Step);
    }

    /// <summary>The sample trains in the background, serves digits meanwhile, and leaves a checkpoint, from which the next start goes on.</summary>
    [Fact]
    public async Task The_sample_trains_and_serves_digits()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        string[] arguments =
        [
            "--small", "--Sample:Address", address, "--Sample:Data", Path.Combine(AppContext.BaseDirectory, "data", "mnist"), "--Sample:BatchSize", "8", "--Sample:Steps", "100000",
            "--Dit:Model:Width", "32", "--Dit:Model:Depth", "1", "--Dit:Training:CheckpointDirectory", _folder, "--Dit:Training:CheckpointEvery", "5",
            "--Logging:LogLevel:Default", "Warning",
        ];
        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1) };
        using (var host = HostedProgram.Build(arguments))
        {
            await host.StartAsync();
            using var answer = await UntilThereAsync(client, "/digits/7.png?seed=1");
            Assert.Equal("image/png", answer.Content.Headers.ContentType!.MediaType);
            var picture = Data.PixelImage.Decode(await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal((28, 28, 1), (picture.Height, picture.Width, picture.Channels));
            var status = JsonDocument.Parse(await client.GetStringAsync("/status")).RootElement;
            Assert.True(status.GetProperty("step").GetInt64() >= 5 && status.GetProperty("loss").GetDouble() > 0);
            Assert.Contains("/digits/9.png", await client.GetStringAsync("/"), StringComparison.Ordinal);
            Assert.Contains("<h1>", await client.GetStringAsync("/report"), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.BadRequest, await CodeAsync(client, "/digits/10.png"));
            Assert.Equal(HttpStatusCode.BadRequest, await CodeAsync(client, "/digits/1.png?seed=x"));
            Assert.Equal(HttpStatusCode.NotFound, await CodeAsync(client, "/nothing"));
            await host.StopAsync();
        }
        var steps = File.ReadLines(Path.Combine(_folder, "metrics.jsonl")).Max(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64());
        Assert.True(Directory.Exists(Path.Combine(_folder, $"step-{steps:D7}")));        // stopping left a checkpoint of the last step
        Assert.NotEmpty(Directory.GetFiles(_folder, "events.out.tfevents.*"));
    }

    private static async Task<HttpStatusCode> CodeAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> UntilThereAsync(HttpClient client, string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var response = await client.GetAsync(path);
                if (response.IsSuccessStatusCode || attempt > 600) return response;
                response.Dispose();
            }
            catch (HttpRequestException) when (attempt < 600)
            {
                // The server is not there yet.
            }
            await Task.Delay(100);
        }
    }
}
