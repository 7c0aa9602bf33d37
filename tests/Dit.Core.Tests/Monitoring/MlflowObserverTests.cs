using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Dit.Core.Tests;

public sealed class MlflowObserverTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Server _server = new();
    private readonly MemoryLog _log = new();

    private static MlflowOptions Options => new()
    {
        Experiment = "digits & more", RunName = "first", Every = TimeSpan.FromMilliseconds(20), FirstRetry = TimeSpan.FromMilliseconds(20), LastWait = TimeSpan.FromSeconds(20),
    };

    public void Dispose()
    {
        _server.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_training_becomes_a_run()
    {
        var seen = new List<TrainingProgress>();
        using var run = new TrainingRun(null);
        var observer = new MlflowObserver(_server.Client, Options, new RunInfo { Model = Models.Tiny, Training = new() }, _log);
        run.Trainer.Observers.Add(observer);
        run.Trainer.Observers.Add(new CallbackObserver(seen.Add));
        await run.FitAsync(12);
        observer.AddScalars(12, ("held_out_loss/ema", 0.25));
        observer.Dispose();
        observer.Dispose();

        Assert.Equal(["digits & more"], _server.Experiments);
        Assert.Equal("first", _server.Body("runs/create").GetProperty("run_name").GetString());
        Assert.Equal("run-1", observer.RunId);
        Assert.Equal(seen.Select(p => (p.Step, p.Loss)), _server.Metrics("loss"));
        Assert.Equal(seen.Select(p => (p.Step, p.LearningRate)), _server.Metrics("learning_rate"));
        Assert.Equal([(12L, 0.25)], _server.Metrics("held_out_loss/ema"));
        Assert.Equal("16", _server.Parameters["model.width"]);
        Assert.Equal("AdamW", _server.Parameters["training.optimizer._type"]);
        Assert.All(_server.Bodies("runs/log-batch"), b => Assert.InRange(b.GetProperty("metrics").GetArrayLength() + b.GetProperty("params").GetArrayLength(), 1, 1000));
        Assert.Equal("FINISHED", _server.Body("runs/update").GetProperty("status").GetString());
        Assert.Equal(0, observer.Dropped);
        Assert.DoesNotContain(_log.Entries, e => e.Level >= LogLevel.Warning);
    }

    /// <summary>It is asked again until it answers; the training is not held up, and nothing is lost.</summary>
    [Fact]
    public void A_server_that_fails_for_a_while_loses_nothing()
    {
        _server.Failures = 6;
        using (var observer = new MlflowObserver(_server.Client, Options, loggerFactory: _log))
        {
            for (var step = 1; step <= 700; step++)
                observer.OnStep(Progress.At(step, loss: step));
        }
        Assert.Equal(Enumerable.Range(1, 700).Select(i => ((long)i, (double)i)), _server.Metrics("loss"));
        Assert.Equal("KILLED", _server.Body("runs/update").GetProperty("status").GetString());
        Assert.Single(_log.Entries, e => e.Id == 1101);
    }

    [Fact]
    public void A_server_that_is_not_there_costs_what_waits_and_that_is_said()
    {
        using var nowhere = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Server.FreePort()}/") };
        var observer = new MlflowObserver(nowhere, Options with { Capacity = 60, LastWait = TimeSpan.FromMilliseconds(100) }, loggerFactory: _log);
        for (var step = 1; step <= 15; step++)
            observer.OnStep(Progress.At(step));
        Assert.Equal(30, observer.Dropped);                                   // 15 steps of 6 numbers, for 60 of which there is room
        observer.Dispose();
        Assert.Equal(90, observer.Dropped);
        Assert.Contains("90 numbers", _log.Entries.Last(e => e.Id == 1103).Text, StringComparison.Ordinal);
        Assert.Contains(_log.Entries, e => e.Id == 1101);
    }

    [Fact]
    public void What_the_server_refuses_is_counted_and_the_rest_goes_on()
    {
        _server.Refused = "bad";
        var observer = new MlflowObserver(_server.Client, Options, loggerFactory: _log);
        observer.AddScalars(1, ("bad", 1), ("worse", 2));
        SpinWait.SpinUntil(() => observer.Dropped > 0, TimeSpan.FromSeconds(20));
        observer.AddScalars(2, ("good", double.NaN));
        observer.Dispose();
        Assert.Equal(2, observer.Dropped);
        Assert.Equal([(2L, double.NaN)], _server.Metrics("good"));
        Assert.Contains("no such metric", _log.Entries.Single(e => e.Id == 1102).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resumed_training_goes_on_with_its_run()
    {
        var options = Options with { RunIdFile = _folder["run/mlflow-run"] };
        using (var first = new MlflowObserver(_server.Client, options))
            first.AddScalars(1, ("a", 1));
        using (var second = new MlflowObserver(_server.Client, options))
            second.AddScalars(2, ("a", 2));
        Assert.Single(_server.Bodies("runs/create"));
        Assert.Equal([(1L, 1.0), (2L, 2.0)], _server.Metrics("a"));
        Assert.Throws<ArgumentException>("server", () => { using var client = new HttpClient(); return new MlflowObserver(client); });
        Assert.Throws<ArgumentException>(() => new MlflowObserver(_server.Client, new MlflowOptions { Capacity = 0 }));
    }

    /// <summary>The part of MLflow's REST API that a run needs, as its documentation describes it.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Path, JsonElement Body)> _requests = [];

        public Server()
        {
            var address = $"http://127.0.0.1:{FreePort()}/";
            _listener.Prefixes.Add(address);
            _listener.Start();
            Client = new HttpClient { BaseAddress = new Uri(address) };
            _ = Task.Run(ServeAsync);
        }

        public HttpClient Client { get; }

        /// <summary>Requests to answer with 503 first.</summary>
        public int Failures { get; set; }

        /// <summary>A metric that is answered with 400.</summary>
        public string? Refused { get; set; }

        public List<string> Experiments { get; } = [];

        public Dictionary<string, string> Parameters => Bodies("runs/log-batch").SelectMany(b => b.GetProperty("params").EnumerateArray())
            .ToDictionary(p => p.GetProperty("key").GetString()!, p => p.GetProperty("value").GetString()!);

        public static int FreePort()
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        public JsonElement[] Bodies(string path) => [.. _requests.Where(r => r.Path == path).Select(r => r.Body)];

        public JsonElement Body(string path) => Assert.Single(Bodies(path));

        public (long Step, double Value)[] Metrics(string key) => [.. Bodies("runs/log-batch").SelectMany(b => b.GetProperty("metrics").EnumerateArray())
            .Where(m => m.GetProperty("key").GetString() == key)
            .Select(m => (m.GetProperty("step").GetInt64(), m.GetProperty("value") is { ValueKind: JsonValueKind.String } text ? double.Parse(text.GetString()!, CultureInfo.InvariantCulture) : m.GetProperty("value").GetDouble()))];

        public void Dispose()
        {
            _listener.Close();
            Client.Dispose();
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                var (status, answer) = await AnswerAsync(context.Request);
                context.Response.StatusCode = status;
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
                context.Response.Close();
            }
        }

        private async Task<(int Status, string Answer)> AnswerAsync(HttpListenerRequest request)
        {
            using var reader = new StreamReader(request.InputStream);
            var text = await reader.ReadToEndAsync();
            if (Failures-- > 0)
                return (503, "busy");
            var path = request.Url!.AbsolutePath.Replace("/api/2.0/mlflow/", "", StringComparison.Ordinal);
            if (Refused is not null && text.Contains($"\"{Refused}\"", StringComparison.Ordinal))
                return (400, "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"no such metric\"}");
            if (path == "experiments/get-by-name")
                return Experiments.Contains(request.QueryString["experiment_name"]!) ? (200, "{\"experiment\":{\"experiment_id\":\"7\"}}") : (404, "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\"}");
            var body = JsonDocument.Parse(text).RootElement;
            _requests.Enqueue((path, body));
            switch (path)
            {
                case "experiments/create":
                    Experiments.Add(body.GetProperty("name").GetString()!);
                    return (200, "{\"experiment_id\":\"7\"}");
                case "runs/create":
                    Assert.Equal("7", body.GetProperty("experiment_id").GetString());
                    return (200, "{\"run\":{\"info\":{\"run_id\":\"run-1\",\"status\":\"RUNNING\"}}}");
                default:
                    return body.GetProperty("run_id").GetString() == "run-1" ? (200, "{}") : (404, "{}");
            }
        }
    }
}
