using System.Runtime.InteropServices;
using Dit.Tests;
using Dit.Torch.Native;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

public sealed class CudaGraphTests
{
    [Fact]
    public void Without_CUDA_the_exception_says_what_to_do()
    {
        if (Engine.Supports(Feature.CudaGraphs)) return;
        var e = Assert.Throws<NotSupportedException>(() => CudaGraph.Capture(() => { }));
        Assert.Matches("DIT_LIBTORCH|nvidia-smi", e.Message);
    }

    [Fact]
    public void What_cannot_be_captured_is_refused_at_the_call()
    {
        using var onCpu = new Generator(1);
        Assert.Throws<ArgumentNullException>(() => CudaGraph.Capture(null!));
        Assert.Throws<ArgumentOutOfRangeException>("warmUps", () => CudaGraph.Capture(() => { }, warmUps: 0));
        Assert.Throws<ArgumentException>("device", () => CudaGraph.Capture(() => { }, CPU));
        Assert.Throws<ArgumentException>("generators", () => CudaGraph.Capture(() => { }, generators: [onCpu]));
    }

    [Fact]
    public void The_step_warms_up_on_the_graphs_stream_and_is_recorded_last()
    {
        var log = new Log();
        var graph = CudaGraph.Capture(() => log.Add(CudaGraph.Capturing is null ? "step" : "recorded step"), warmUps: 2, () => log);
        Assert.Equal(["enter", "step", "step", "begin", "recorded step", "end", "leave"], log);
        Assert.Null(CudaGraph.Capturing);
        graph.Replay();
        graph.Dispose();
        graph.Dispose();
        Assert.Equal(["replay", "free"], log.Skip(7));
        Assert.Throws<ObjectDisposedException>(graph.Replay);
    }

    [Fact]
    public void A_step_that_cannot_be_recorded_leaves_the_stream_and_says_why()
    {
        var log = new Log();
        var e = Assert.Throws<InvalidOperationException>(() => CudaGraph.Capture(
            () =>
            {
                if (CudaGraph.Capturing is not null) throw new ExternalException("operation not permitted");
            },
            warmUps: 1, () => log));
        Assert.Contains("item", e.Message);
        Assert.Contains("operation not permitted", e.Message);
        Assert.Equal(["enter", "begin", "abandon", "leave", "free"], log);
        Assert.Null(CudaGraph.Capturing);
    }

    [Fact]
    public void A_graph_within_a_graph_is_refused()
    {
        var log = new Log();
        Assert.Throws<InvalidOperationException>(() => CudaGraph.Capture(
            () =>
            {
                if (CudaGraph.Capturing is not null) CudaGraph.Capture(() => { }, 1, () => new Log());
            },
            1, () => log));
        Assert.Equal("free", log[^1]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Replayed_steps_of_Adam_are_those_of_the_optimizer(bool decoupled, bool amsgrad)
    {
        using var scope = NewDisposeScope();
        var start = randn(40, 3);
        var (replayed, stepped) = (new TorchSharp.Modules.Parameter(start.clone()), new TorchSharp.Modules.Parameter(start.clone()));
        using var replaying = Optimizer(replayed, decoupled, amsgrad);
        using var stepping = Optimizer(stepped, decoupled, amsgrad);
        Tensor[] gradients = [.. Enumerable.Range(0, 6).Select(_ => randn(40, 3))];
        var gradient = gradients[0].clone();
        replayed.grad = gradient;
        using var guard = no_grad();
        Tensor[] moments = [];
        Tensor[] before = [];
        using var graph = CudaGraph.Capture(
            () =>
            {
                if (CudaGraph.Capturing is not null) before = [.. (moments = Moments(replaying)).Prepend(replayed).Select(t => t.clone())];
                replaying.step();
            },
            warmUps: 1, () => new Log());
        foreach (var (now, then) in moments.Prepend(replayed).Zip(before)) now.copy_(then);      // a recorded call does nothing, but this is the processor

        stepped.grad = gradients[0];
        stepping.step();
        for (var i = 1; i < gradients.Length; i++)
        {
            replaying.ParamGroups.Single().LearningRate = stepping.ParamGroups.Single().LearningRate = 0.01 / i;
            gradient.copy_(gradients[i]);
            stepped.grad = gradients[i];
            stepping.step();
            graph.Replay();
            Operator.CallVoid("dit::adamw_.prepared", new Tensor[] { replayed }, new[] { gradient }, new[] { moments[0] }, new[] { moments[1] },
                moments[2..], graph.Kept.Single());
            Assert.Equal(stepped.bytes.ToArray(), replayed.bytes.ToArray());
        }
        Assert.Equal(6, Steps(replaying));
    }

    [FeatureFact(Feature.CudaGraphs)]
    public void A_captured_training_step_trains_as_the_step_itself()
    {
        using var scope = NewDisposeScope();
        var (captured, plain) = (nn.Linear(16, 16, device: CUDA), nn.Linear(16, 16, device: CUDA));
        plain.load_state_dict(captured.state_dict());
        using var first = optim.AdamW(captured.parameters(), lr: 0.01);
        using var second = optim.AdamW(plain.parameters(), lr: 0.01);
        var batch = ones(8, 16, device: CUDA);
        using var graph = CudaGraph.Capture(() => Step(captured, first, batch), warmUps: 3);
        for (var i = 0; i < 3; i++) Step(plain, second, batch);
        for (var i = 0; i < 5; i++)
        {
            using var next = randn(8, 16, device: CUDA);
            batch.copy_(next);
            first.ParamGroups.Single().LearningRate = second.ParamGroups.Single().LearningRate = 0.01 / (i + 1);
            graph.Replay();
            Step(plain, second, batch);
        }
        Assert.True(allclose(captured.weight!, plain.weight!, 1e-5, 1e-6));

        static void Step(nn.Module<Tensor, Tensor> model, optim.Optimizer optimizer, Tensor batch)
        {
            using var step = NewDisposeScope();
            optimizer.zero_grad();
            model.call(batch)!.square().mean().backward();
            optimizer.step();
        }
    }

    [FeatureFact(Feature.CudaGraphs)]
    public void Replays_draw_new_numbers_from_the_default_and_the_named_generator()
    {
        using var scope = NewDisposeScope();
        using var own = new Generator(7, CUDA);
        var (ofDefault, ofOwn) = (zeros(64, device: CUDA), zeros(64, device: CUDA));
        using var graph = CudaGraph.Capture(
            () =>
            {
                using var numbers = NewDisposeScope();
                ofDefault.copy_(randn(64, device: CUDA));
                ofOwn.copy_(randn([64], float32, CUDA, generator: own));
            },
            generators: [own]);
        graph.Replay();
        var (a, b) = (ofDefault.clone(), ofOwn.clone());
        graph.Replay();
        Assert.False(allclose(a, ofDefault));
        Assert.False(allclose(b, ofOwn));
    }

    private static optim.Optimizer Optimizer(TorchSharp.Modules.Parameter parameter, bool decoupled, bool amsgrad) => decoupled
        ? optim.AdamW([parameter], lr: 0.01, weight_decay: 0.1, amsgrad: amsgrad)
        : optim.Adam([parameter], lr: 0.01, weight_decay: 0.1, amsgrad: amsgrad);

    private static Tensor[] Moments(optim.Optimizer optimizer) => State(optimizer) switch
    {
        TorchSharp.Modules.AdamW.State s => [s.exp_avg, s.exp_avg_sq, .. s.max_exp_avg_sq is { } peak ? new[] { peak } : []],
        TorchSharp.Modules.Adam.State s => [s.exp_avg, s.exp_avg_sq, .. s.max_exp_avg_sq is { } peak ? new[] { peak } : []],
        _ => throw new InvalidOperationException(),
    };

    private static long Steps(optim.Optimizer optimizer) => State(optimizer) switch
    {
        TorchSharp.Modules.AdamW.State s => s.step,
        TorchSharp.Modules.Adam.State s => s.step,
        _ => throw new InvalidOperationException(),
    };

    private static TorchSharp.Modules.OptimizerState State(optim.Optimizer optimizer) => ((TorchSharp.Modules.OptimizerHelper)optimizer).state_dict().State.Single();

    /// <summary>A graph that writes down what happens to it.</summary>
    private sealed class Log : List<string>, IRecordedGraph
    {
        public void Enter() => Add("enter");

        public void Leave() => Add("leave");

        public void Begin() => Add("begin");

        public void End() => Add("end");

        public void Abandon() => Add("abandon");

        public void Replay() => Add("replay");

        public void Dispose() => Add("free");
    }
}
