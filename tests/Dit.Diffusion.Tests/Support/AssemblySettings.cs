// Some tests look at libtorch's global random state and at per-thread tensor counts.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
