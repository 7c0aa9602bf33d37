// The engine's random state, memory statistics and threads are the process's: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
