using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch;

/// <summary>The CUDA kernels of a step, recorded once and started again as one: without the time that the host takes to launch them one by one.</summary>
/// <remarks>
/// <para>
/// It pays where kernels are short: small models and batches. What is recorded is the work of the device alone, so that a replay repeats it with the same
/// memory and the same numbers of the host. Therefore:
/// </para>
/// <list type="bullet">
/// <item>Inputs are tensors that live as long as the graph; write the next batch into them with <c>copy_</c>. Results are read from the tensors that the
/// recorded call made; each replay overwrites them.</item>
/// <item>The step does not wait for the device (<c>item</c>, <c>cpu</c>, <c>nonzero</c>), nor bring tensors from host memory, nor depend on their shapes.</item>
/// <item>Scopes of <see cref="Autocast"/> lie inside the step; gradients are cleared inside it, by <c>zero_grad()</c>.</item>
/// <item><see cref="TorchSharp.Modules.Adam"/> and <see cref="TorchSharp.Modules.AdamW"/> go on: step count and learning rate are written to the device
/// before each replay. Numbers of any other kind (SGD's learning rate, the decay of an average) stay what they were: leave such work outside.</item>
/// <item>Random numbers of the default generator and of those that are named go on.</item>
/// </list>
/// <para>In the native backend, with a CUDA build of libtorch: <c>Engine.Supports(Feature.CudaGraphs)</c>.</para>
/// </remarks>
/// <example><code>
/// using var graph = CudaGraph.Capture(() =>
/// {
///     using var scope = NewDisposeScope();
///     optimizer.zero_grad();
///     objective.Loss(model, images, labels).backward();
///     optimizer.step();
/// });
/// images.copy_(batch);
/// graph.Replay();
/// </code></example>
public sealed class CudaGraph : IDisposable
{
    [ThreadStatic]
    private static CudaGraph? capturing;

    private readonly IRecordedGraph recorded;
    private readonly List<Action> beforeReplay = [];
    private readonly List<Tensor> kept = [];
    private bool disposed;

    private CudaGraph(IRecordedGraph recorded) => this.recorded = recorded;

    /// <summary>What lives as long as the graph.</summary>
    internal IReadOnlyList<Tensor> Kept => kept;

    /// <summary>The graph that this thread is recording, or null.</summary>
    internal static CudaGraph? Capturing => capturing;

    /// <summary>Makes a step a few times, then records it.</summary>
    /// <param name="step">What is recorded. Its warm-up calls do their work: they change weights as any step does.</param>
    /// <param name="device">The CUDA device that it works on; null is the current one.</param>
    /// <param name="warmUps">How often it is called before, at least once: libraries choose their kernels and optimizers make their state then. Default 3.</param>
    /// <param name="generators">CUDA generators that the step draws from besides the default one.</param>
    /// <returns>The graph; the recorded call itself has done nothing yet.</returns>
    /// <exception cref="ArgumentException">The device, or a generator's, is not CUDA.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no warm-up calls.</exception>
    /// <exception cref="NotSupportedException">The backend, the libtorch or the machine has no CUDA graphs.</exception>
    /// <exception cref="InvalidOperationException">A step cannot be recorded; or this thread is recording already.</exception>
    public static CudaGraph Capture(Action step, Device? device = null, int warmUps = 3, IReadOnlyList<Generator>? generators = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(warmUps, 1);
        if (device is not null && device.type != DeviceType.CUDA)
            throw new ArgumentException($"A graph is of a CUDA device, but this is {device}. On the processor call the step itself.", nameof(device));
        if (generators?.FirstOrDefault(generator => generator.device.type != DeviceType.CUDA) is { } other)
        {
            throw new ArgumentException(
                $"A generator is of {other.device}: its numbers would be drawn once, and repeated by every replay. Make it for the CUDA device.", nameof(generators));
        }
        return Capture(step, warmUps, () => Backend.NewGraph(device, generators ?? []));
    }

    /// <summary>The same, on a graph that tests provide.</summary>
    internal static CudaGraph Capture(Action step, int warmUps, Func<IRecordedGraph> create)
    {
        if (capturing is not null) throw new InvalidOperationException("This thread is recording a graph, and a graph holds no other. Capture one after the other.");
        var graph = new CudaGraph(create());
        try
        {
            graph.recorded.Enter();
            try
            {
                for (var i = 0; i < warmUps; i++) step();
                graph.Record(step);
            }
            finally
            {
                graph.recorded.Leave();
            }
        }
        catch
        {
            graph.Dispose();
            throw;
        }
        return graph;
    }

    /// <summary>Does the recorded work once more. It returns at once; the device works on.</summary>
    /// <exception cref="ObjectDisposedException">The graph was disposed.</exception>
    public void Replay()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (var action in beforeReplay) action();
        recorded.Replay();
    }

    /// <summary>Frees the graph. Tensors that the recorded call made keep their memory until they are disposed.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        recorded.Dispose();
        foreach (var tensor in kept) tensor.Dispose();
    }

    /// <summary>Has something done by the host before each replay, such as writing a number that the recorded work reads.</summary>
    /// <param name="action">What is done.</param>
    /// <param name="tensor">What lives as long as the graph for it.</param>
    internal void BeforeReplay(Action action, Tensor tensor)
    {
        beforeReplay.Add(action);
        kept.Add(tensor.DetachFromDisposeScope());
    }

    private void Record(Action step)
    {
        Backend.ClearAutocastCache();                  // casts of earlier weights must not be read by the graph
        recorded.Begin();
        capturing = this;
        try
        {
            step();
        }
        catch (Exception e)
        {
            recorded.Abandon();
            if (e is ExternalException) throw Unrecordable(e);
            throw;
        }
        finally
        {
            capturing = null;
            Backend.ClearAutocastCache();              // nor the graph's own by others
        }

        try
        {
            recorded.End();
        }
        catch (ExternalException e)
        {
            throw Unrecordable(e);
        }
    }

    private static InvalidOperationException Unrecordable(Exception e) => new(
        "The step cannot be recorded. It may wait for the device (item, cpu, nonzero), bring a tensor from host memory, or use a stream of its own; " +
        $"move that out of the step. The error was: {e.Message}", e);
}
