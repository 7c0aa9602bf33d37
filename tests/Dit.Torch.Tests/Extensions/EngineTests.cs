using Dit.Tests;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

public sealed class EngineTests
{
    [Fact]
    public void The_engine_says_what_it_stands_on()
    {
        Assert.Equal("native", Engine.BackendName);
        Assert.Matches(@"^\d+\.\d+", Engine.TorchVersion);
        Assert.NotEqual("unknown", Engine.Blas);
        foreach (var word in new[] { "libtorch", "BLAS", "oneDNN", "instruction set", "threads" }) Assert.Contains(word, Engine.Describe());
    }

    [Fact]
    public void Every_processor_works_unless_the_environment_says_otherwise()
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null) Assert.Equal(Environment.ProcessorCount, Engine.Threads);
        Assert.Throws<ArgumentOutOfRangeException>(() => Engine.Threads = 0);
    }

    [Fact]
    public void Live_bytes_count_the_tensors_that_live()
    {
        Memory.Settle();
        var before = Engine.Memory().LiveBytes;
        using (var t = zeros(1000, 1000)) Assert.InRange(Engine.Memory().LiveBytes - before, 4_000_000, 4_200_000);
        Assert.Equal(before, Engine.Memory().LiveBytes);
        Assert.True(Engine.Memory().PeakBytes >= before + 4_000_000);
    }

    [Fact]
    public void A_large_tensor_takes_memory_that_an_earlier_one_left()
    {
        Resident();                                        // the first one reserves the memory
        var (reserved, faults) = (Engine.Memory().ReservedBytes, PageFaults());
        for (var i = 0; i < 20; i++) Resident();
        Assert.Equal(reserved, Engine.Memory().ReservedBytes);
        Assert.InRange(PageFaults() - faults, 0, 5000);    // 20 tensors of 64 MiB would be 320,000 faults of 4 KiB, or 640 of 2 MiB

        static void Resident()
        {
            using var t = ones(16 << 20);
        }
    }

    [Fact]
    public void Auto_precision_is_bfloat16_only_in_hardware()
    {
        var resolved = Engine.Resolve(Precision.Auto, CPU);
        Assert.Equal(File.Exists("/proc/cpuinfo") && File.ReadAllText("/proc/cpuinfo").Contains("avx512_bf16", StringComparison.Ordinal) ? Precision.BFloat16 : Precision.Float32, resolved);
        Assert.Equal(Precision.Float32, Engine.Resolve(Precision.Float32, CPU));
    }

    private static long PageFaults() => long.Parse(File.ReadAllText("/proc/self/stat").Split(' ')[9], System.Globalization.CultureInfo.InvariantCulture);
}
