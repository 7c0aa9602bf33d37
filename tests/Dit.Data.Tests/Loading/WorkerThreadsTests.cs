namespace Dit.Data.Tests;

public sealed class WorkerThreadsTests
{
    /// <summary>The kernel's list of this process's threads; empty where there is none.</summary>
    private static int Alive => !OperatingSystem.IsLinux() ? 0
        : Directory.GetDirectories("/proc/self/task").Count(t => File.Exists(t + "/comm") && File.ReadAllText(t + "/comm").StartsWith("dit-data", StringComparison.Ordinal));

    [Fact]
    public async Task They_stay_between_epochs_and_end_with_the_loader()
    {
        var before = Alive;
        var threads = new HashSet<Thread>();
        var loader = new BatchLoader(new CountingDataset(60) { OnRead = _ => { lock (threads) threads.Add(Thread.CurrentThread); } }, 5, seed: 0) { Workers = 3 };
        for (var epoch = 0; epoch < 5; epoch++) Assert.Equal(12, (await Epochs.Labels(loader)).Count);
        Assert.InRange(threads.Count, 1, 3);
        Assert.All(threads, thread => Assert.True(thread.IsAlive && thread.IsBackground));
        if (OperatingSystem.IsLinux()) Assert.Equal(before + 3, Alive);
        await loader.DisposeAsync();
        Assert.All(threads, thread => Assert.False(thread.IsAlive));
        Assert.True(SpinWait.SpinUntil(() => Alive == before, TimeSpan.FromSeconds(5)));       // the kernel's list lags a little
    }

    /// A task that comes when the threads are gone must end all the same, or whoever waits for it waits for ever.
    [Fact]
    public async Task A_task_that_comes_too_late_ends()
    {
        var threads = new WorkerThreads(2);
        threads.Dispose();
        await Task.Factory.StartNew(static () => { }, CancellationToken.None, TaskCreationOptions.None, threads).WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_loader_disposed_in_a_storm_of_loops_leaves_none()
    {
        for (var round = 0; round < 40; round++)
        {
            var loader = new BatchLoader(new CountingDataset(2000), 5, seed: round) { Workers = 4 };
            var loop = Task.Run(async () =>
            {
                try
                {
                    while (true) await Epochs.Labels(loader);
                }
                catch (ObjectDisposedException)
                {
                }
            });
            await Task.Delay(round % 7);
            await loader.DisposeAsync();
            await loop.WaitAsync(TimeSpan.FromSeconds(20));
        }
        Assert.True(SpinWait.SpinUntil(static () => Alive == 0, TimeSpan.FromSeconds(5)));
    }
}
