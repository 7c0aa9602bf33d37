namespace Dit.Core;

/// <summary>How a <see cref="MlflowObserver"/> names and sends a run.</summary>
public sealed record MlflowOptions
{
    /// <value>The experiment, which is created if missing. Default <c>Default</c>, MLflow's own.</value>
    public string Experiment { get; init; } = "Default";

    /// <value>The run's name; <see langword="null"/>, the default, lets MLflow make one up.</value>
    public string? RunName { get; init; }

    /// <value>
    /// A file that keeps the run's id, such as <c>runs/mnist/mlflow-run</c>: a training that resumes goes on with the same run. Default
    /// <see langword="null"/>: each start is a run of its own.
    /// </value>
    public string? RunIdFile { get; init; }

    /// <value>Time from one sending to the next. Default 5 seconds.</value>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <value>Numbers that wait at most while the server does not answer; further ones are dropped, counted and logged. Default 200,000.</value>
    public int Capacity { get; init; } = 200_000;

    /// <value>How long <see cref="MlflowObserver.Dispose"/> waits for what is not yet sent. Default 30 seconds.</value>
    public TimeSpan LastWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>Time until a failed request is made again, which doubles up to a minute. Default 1 second.</value>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    internal MlflowOptions Validate()
    {
        var problems = new Problems(nameof(MlflowOptions));
        problems.Require(!string.IsNullOrWhiteSpace(Experiment), "Experiment is empty.");
        problems.Require(Every > TimeSpan.Zero, $"Every is {Every}; it must be positive.");
        problems.Require(Capacity > 0, $"Capacity is {Capacity}; it must be positive.");
        problems.Require(LastWait >= TimeSpan.Zero, $"LastWait is {LastWait}; it must not be negative.");
        problems.Require(FirstRetry > TimeSpan.Zero, $"FirstRetry is {FirstRetry}; it must be positive.");
        problems.ThrowIfAny();
        return this;
    }
}
