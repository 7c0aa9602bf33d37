using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Dit.Torch.Native;

/// <summary>libtorch's CUDA graph.</summary>
internal sealed unsafe class NativeGraph : SafeHandleZeroOrMinusOneIsInvalid, IRecordedGraph
{
    private readonly IReadOnlyList<Generator> generators;

    internal NativeGraph(int device, IReadOnlyList<Generator> generators) : base(ownsHandle: true)
    {
        this.generators = generators;
        nint made;
        NativeMethods.Check(NativeMethods.dit_graph_create(device, &made));
        SetHandle(made);
    }

    public void Enter() => NativeMethods.Check(NativeMethods.dit_graph_enter(handle));

    public void Leave() => NativeMethods.Check(NativeMethods.dit_graph_leave(handle));

    public void Begin()
    {
        fixed (nint* handles = generators.Select(generator => generator.Handle).ToArray())
            NativeMethods.Check(NativeMethods.dit_graph_begin(handle, handles, generators.Count));
        GC.KeepAlive(generators);
    }

    public void End() => NativeMethods.Check(NativeMethods.dit_graph_end(handle));

    public void Abandon() => _ = NativeMethods.dit_graph_end(handle);   // it fails, as the recording did, and leaves the stream usable

    public void Replay() => NativeMethods.Check(NativeMethods.dit_graph_replay(handle));

    protected override bool ReleaseHandle()
    {
        NativeMethods.dit_graph_free(handle);
        return true;
    }
}
