using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>A network whose evaluations are recorded as <see cref="CudaGraph"/>s, one for each shape of its inputs, and replayed: for samplers, whose steps are all alike.</summary>
/// <remarks>
/// <para>
/// It serves wherever the network does: <c>objective.Denoiser(new GraphedNetwork(model), labels, classes)</c>. The graphs read the network's weights where they
/// are, so that weights that change in place are seen, and weights that move to other memory (<c>to</c>) are not. The rules of <see cref="CudaGraph"/> hold for
/// the network; under <see cref="Autocast"/> a replay casts the weights anew, so a model for sampling alone is faster in a 16-bit type itself.
/// </para>
/// <para>With gradients enabled, and on devices other than CUDA, it is the plain call.</para>
/// </remarks>
public sealed class GraphedNetwork : nn.Module<Tensor, Tensor, Tensor?, Tensor>
{
    private readonly nn.Module<Tensor, Tensor, Tensor?, Tensor> _network;
    private readonly DeviceType _device;
    private readonly Func<Action, Device, CudaGraph> _capture;
    private readonly Dictionary<string, Evaluation> _evaluations = [];

    /// <summary>Wraps a network. Nothing is recorded before the first evaluation.</summary>
    /// <param name="network">(x_t [B, C, H, W], time [B], conditions or null) to its prediction, in evaluation mode. It stays the caller's.</param>
    public GraphedNetwork(nn.Module<Tensor, Tensor, Tensor?, Tensor> network) : this(network, DeviceType.CUDA, (step, device) => CudaGraph.Capture(step, device))
    {
    }

    /// <summary>The same, on graphs that tests provide.</summary>
    internal GraphedNetwork(nn.Module<Tensor, Tensor, Tensor?, Tensor> network, DeviceType device, Func<Action, Device, CudaGraph> capture) : base(nameof(GraphedNetwork))
    {
        ArgumentNullException.ThrowIfNull(network);
        (_network, _device, _capture) = (network, device, capture);
    }

    /// <summary>Evaluates the network.</summary>
    /// <param name="x">Noisy images or latents, [B, C, H, W].</param>
    /// <param name="t">Times, [B], on the same device.</param>
    /// <param name="y">Conditions, on the same device, or <see langword="null"/>.</param>
    /// <returns>What the network returns; the caller owns it.</returns>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its evaluation cannot be recorded.</exception>
    /// <exception cref="NotSupportedException">The backend, the libtorch or the machine has no CUDA graphs.</exception>
    public override Tensor forward(Tensor x, Tensor t, Tensor? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        if (is_grad_enabled() || x.device.type != _device) return _network.call(x, t, y)!;
        if (_network.training)
            throw new InvalidOperationException("The network is in training mode, and what is dropped would be the same in every replay. Call eval() before sampling.");
        var key = $"{Print(x)} {Print(t)} {(y is null ? "" : Print(y))} {Backend.AutocastState(_device)}";
        if (!_evaluations.TryGetValue(key, out var evaluation)) _evaluations.Add(key, evaluation = new(_network, x, t, y, _capture));
        return evaluation.Of(x, t, y);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var evaluation in _evaluations.Values) evaluation.Dispose();
            _evaluations.Clear();
        }
        base.Dispose(disposing);
    }

    private static string Print(Tensor tensor) => $"{tensor.dtype} {tensor.device} [{string.Join(", ", tensor.shape)}]";

    /// <summary>A recorded evaluation, and the tensors that it reads and writes.</summary>
    private sealed class Evaluation : IDisposable
    {
        private readonly Tensor _x, _t;
        private readonly Tensor? _y;
        private readonly CudaGraph _graph;
        private Tensor? _result;

        public Evaluation(nn.Module<Tensor, Tensor, Tensor?, Tensor> network, Tensor x, Tensor t, Tensor? y, Func<Action, Device, CudaGraph> capture)
        {
            (_x, _t, _y) = (Kept(x), Kept(t), y is null ? null : Kept(y));
            try
            {
                _graph = capture(Evaluate, x.device);
            }
            catch
            {
                DisposeTensors();
                throw;
            }

            static Tensor Kept(Tensor tensor) => tensor.clone().DetachFromDisposeScope();

            void Evaluate()
            {
                using var scope = NewDisposeScope();
                using var quiet = no_grad();
                var result = network.call(_x, _t, _y)!;                     // [B, C, H, W] or [B, 2C, H, W]
                (_result ??= empty_like(result).DetachFromDisposeScope()).copy_(result);
            }
        }

        public Tensor Of(Tensor x, Tensor t, Tensor? y)
        {
            using var quiet = no_grad();
            _x.copy_(x);
            _t.copy_(t);
            if (y is not null) _y!.copy_(y);
            _graph.Replay();
            return _result!.clone();
        }

        public void Dispose()
        {
            _graph.Dispose();
            DisposeTensors();
        }

        private void DisposeTensors()
        {
            _x.Dispose();
            _t.Dispose();
            _y?.Dispose();
            _result?.Dispose();
        }
    }
}
