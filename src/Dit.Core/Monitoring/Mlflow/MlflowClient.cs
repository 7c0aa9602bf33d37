using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dit.Core;

/// <summary>The few requests of MLflow's REST API (2.0) that a run needs, each made again until the server has answered.</summary>
internal sealed class MlflowClient(HttpClient http, TimeSpan firstWait, Action<string> failed)
{
    private const string Api = "api/2.0/mlflow/";
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>The id of an experiment, which is created if missing.</summary>
    public async Task<string> ExperimentAsync(string name, CancellationToken cancellationToken)
    {
        var found = await SendAsync(
            () => http.GetAsync($"{Api}experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", cancellationToken),
            MlflowJson.Default.MlflowExperimentAnswer, missingIsNull: true, cancellationToken).ConfigureAwait(false);
        if (found?.Experiment?.ExperimentId is { } id)
            return id;
        var made = await PostAsync("experiments/create", new MlflowNewExperiment(name), MlflowJson.Default.MlflowNewExperiment,
            MlflowJson.Default.MlflowExperimentAnswer, cancellationToken).ConfigureAwait(false);
        return made?.ExperimentId ?? throw new HttpRequestException("The answer to experiments/create has no experiment_id.");
    }

    public async Task<string> CreateRunAsync(string experiment, string? name, CancellationToken cancellationToken)
    {
        var made = await PostAsync("runs/create", new MlflowNewRun(experiment, name, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            MlflowJson.Default.MlflowNewRun, MlflowJson.Default.MlflowRunAnswer, cancellationToken).ConfigureAwait(false);
        return made?.Run?.Info?.RunId ?? throw new HttpRequestException("The answer to runs/create has no run_id.");
    }

    public Task LogAsync(MlflowBatch batch, CancellationToken cancellationToken) => PostAsync<MlflowBatch, MlflowRunAnswer>(
        "runs/log-batch", batch, MlflowJson.Default.MlflowBatch, answer: null, cancellationToken);

    public Task UpdateRunAsync(MlflowRunUpdate update, CancellationToken cancellationToken) => PostAsync<MlflowRunUpdate, MlflowRunAnswer>(
        "runs/update", update, MlflowJson.Default.MlflowRunUpdate, answer: null, cancellationToken);

    private Task<TAnswer?> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> form, JsonTypeInfo<TAnswer>? answer, CancellationToken cancellationToken) where TAnswer : class =>
        SendAsync(() => http.PostAsync(Api + path, JsonContent.Create(body, form), cancellationToken), answer, missingIsNull: false, cancellationToken);

    /// <exception cref="HttpRequestException">The server refused the request; asking again would not help.</exception>
    private async Task<TAnswer?> SendAsync<TAnswer>(
        Func<Task<HttpResponseMessage>> send, JsonTypeInfo<TAnswer>? answer, bool missingIsNull, CancellationToken cancellationToken) where TAnswer : class
    {
        for (var wait = firstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                using var response = await send().ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.NotFound && missingIsNull)
                    return null;
                if (response.IsSuccessStatusCode)
                    return answer is null ? null : await response.Content.ReadFromJsonAsync(answer, cancellationToken).ConfigureAwait(false);
                var text = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)}";
                if ((int)response.StatusCode < 500 && response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout))
                    throw new HttpRequestException($"MLflow refused a request: {text}", inner: null, response.StatusCode);
                failed(text);
            }
            catch (HttpRequestException e) when (e.StatusCode is null)
            {
                failed(e.Message);
            }
            catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                failed(e.Message);                                            // the client's own time-out
            }
            await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
        }
    }
}
