using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Extensions;

/// <summary>On the processor, with graphs whose replays make the recorded call again.</summary>
public sealed class GraphedNetworkTests : IDisposable
{
    private readonly Doubling _network = new();
    private readonly List<Again> _graphs = [];
    private readonly GraphedNetwork _graphed;

    public GraphedNetworkTests()
    {
        _network.eval();
        _graphed = new(_network, DeviceType.CPU, (step, _) => CudaGraph.Capture(step, warmUps: 1, () =>
        {
            _graphs.Add(new Again(step));
            return _graphs[^1];
        }));
    }

    [Fact]
    public void Every_shape_is_recorded_once_and_evaluates_what_it_is_given()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var batch in (long[])[2, 3, 2, 2, 3])
        {
            var (x, t, y) = (randn(batch, 4), rand(batch), arange(batch));
            Assert.Equal(_network.call(x, t, y)!.data<float>(), _graphed.call(x, t, y)!.data<float>());
        }
        Assert.Equal([2, 3], _graphs.Select(graph => graph.Replays).Order());
        Assert.Equal(_network.call(ones(2, 4), zeros(2), null)!.data<float>(), _graphed.call(ones(2, 4), zeros(2), null)!.data<float>());
        Assert.Equal(3, _graphs.Count);
    }

    [Fact]
    public void A_result_stays_when_the_next_one_is_made()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var first = _graphed.call(ones(1, 4), ones(1), null)!;
        var second = _graphed.call(zeros(1, 4), ones(1), null)!;
        Assert.Equal([3, 3, 3, 3], first.data<float>());
        Assert.Equal([1, 1, 1, 1], second.data<float>());
    }

    [Fact]
    public void Weights_that_change_in_place_are_seen()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Assert.Equal([2], _graphed.call(ones(1, 1), zeros(1), null)!.data<float>());
        _network.Factor.fill_(5);
        Assert.Equal([5], _graphed.call(ones(1, 1), zeros(1), null)!.data<float>());
    }

    [Fact]
    public void An_autocast_scope_has_recordings_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        _graphed.call(ones(1, 1), zeros(1), null);
        using (Autocast.Enter(DeviceType.CPU)) _graphed.call(ones(1, 1), zeros(1), null);
        Assert.Equal(2, _graphs.Count);
    }

    [Fact]
    public void With_gradients_and_on_other_devices_it_is_the_plain_call()
    {
        using var scope = NewDisposeScope();
        _graphed.call(ones(2, 1), zeros(2), null)!.sum().backward();
        Assert.Equal([2], _network.Factor.grad!.data<float>());
        using var onCuda = new GraphedNetwork(_network);
        using var quiet = no_grad();
        Assert.Equal([2], onCuda.call(ones(1, 1), zeros(1), null)!.data<float>());
        Assert.Empty(_graphs);
    }

    [Fact]
    public void A_network_in_training_mode_is_refused()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        _network.train();
        Assert.Contains("eval()", Assert.Throws<InvalidOperationException>(() => _graphed.call(ones(1, 1), zeros(1), null)).Message);
    }

    [Fact]
    public void A_recording_that_fails_leaves_no_tensor_and_is_tried_again()
    {
        using var quiet = no_grad();
        using Tensor x = ones(1, 1), t = zeros(1);
        _network.Fails = true;
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<NotSupportedException>(() => _graphed.call(x, t, null));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        _network.Fails = false;
        using var result = _graphed.call(x, t, null)!;
        Assert.Equal([2], result.data<float>());
    }

    [Fact]
    public void Evaluations_leave_nothing_but_their_results_and_Dispose_frees_the_graphs()
    {
        using var quiet = no_grad();
        using Tensor x = ones(1, 1), t = zeros(1);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _graphed.call(x, t, x)!.Dispose();
        var recorded = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) _graphed.call(x, t, x)!.Dispose();
        Assert.Equal(recorded, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        _graphed.Dispose();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(_graphs.Single().IsFreed);
        Assert.False(_network.Factor.IsInvalid);
    }

    public void Dispose()
    {
        _graphed.Dispose();
        _network.Dispose();
    }

    /// <summary>factor x + t (+ y).</summary>
    private sealed class Doubling : nn.Module<Tensor, Tensor, Tensor?, Tensor>
    {
        public Doubling() : base(nameof(Doubling)) => Factor = new(full(1, 2f));

        public TorchSharp.Modules.Parameter Factor { get; }

        public bool Fails { get; set; }

        public override Tensor forward(Tensor x, Tensor t, Tensor? y)
        {
            if (Fails) throw new NotSupportedException();
            using var scope = NewDisposeScope();
            var result = Factor * x + t.unsqueeze(1);                        // [B, D]
            return (y is null ? result : result + y.reshape(-1, 1)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>What a device would repeat, the processor does once more.</summary>
    private sealed class Again(Action step) : IRecordedGraph
    {
        public int Replays { get; private set; }

        public bool IsFreed { get; private set; }

        public void Enter() { }

        public void Leave() { }

        public void Begin() { }

        public void End() { }

        public void Abandon() { }

        public void Replay()
        {
            Replays++;
            step();
        }

        public void Dispose() => IsFreed = true;
    }
}
