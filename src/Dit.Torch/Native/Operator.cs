using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Native;

/// <summary>Calls libtorch operators by name: <c>Operator.Call("aten::add.Tensor", a, b)</c>.</summary>
/// <remarks>Arguments left out at the end take the defaults of the operator's schema.</remarks>
internal static unsafe class Operator
{
    private const int MaxResults = 8;
    private const int StackWords = 64;

    private static readonly ConcurrentDictionary<string, nint> Handles = new();

    /// <summary>Calls an operator with one tensor as its result.</summary>
    internal static Tensor Call(string name, params ReadOnlySpan<Argument> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return Tensor.FromHandle((nint)result.Pointer);
    }

    /// <summary>Calls an operator that changes its first argument and returns it.</summary>
    internal static Tensor CallInPlace(string name, params ReadOnlySpan<Argument> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        NativeMethods.dit_tensor_free((nint)result.Pointer);
        return (Tensor)args[0].Reference!;
    }

    /// <summary>Calls an operator without results.</summary>
    internal static void CallVoid(string name, params ReadOnlySpan<Argument> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, args, results, MaxResults);
        for (var i = 0; i < count; i++) if (results[i].Tag == ValueTag.Tensor) NativeMethods.dit_tensor_free((nint)results[i].Pointer);
    }

    /// <summary>Calls an operator with several tensors as its result (undefined ones are null).</summary>
    internal static Tensor?[] CallTuple(string name, params ReadOnlySpan<Argument> args)
    {
        var results = stackalloc NativeValue[MaxResults];
        var count = Invoke(name, args, results, MaxResults);
        var tensors = new Tensor?[count];
        for (var i = 0; i < count; i++) tensors[i] = results[i].Tag == ValueTag.Tensor ? Tensor.FromHandle((nint)results[i].Pointer) : null;
        return tensors;
    }

    /// <summary>Calls an operator with a list of tensors as its result.</summary>
    internal static Tensor[] CallList(string name, params ReadOnlySpan<Argument> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        var handles = (nint*)result.Pointer;
        var tensors = new Tensor[result.Count];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = Tensor.FromHandle(handles[i]);
        NativeMethods.dit_free(handles);
        return tensors;
    }

    /// <summary>Calls an operator with a truth value as its result.</summary>
    internal static bool CallBool(string name, params ReadOnlySpan<Argument> args) => CallValue(name, args).Int != 0;

    /// <summary>Calls an operator with an integer as its result.</summary>
    internal static long CallInt(string name, params ReadOnlySpan<Argument> args) => CallValue(name, args).Int;

    /// <summary>Calls an operator with a number as its result.</summary>
    internal static Scalar CallScalar(string name, params ReadOnlySpan<Argument> args)
    {
        var value = CallValue(name, args);
        return new Scalar(value.Tag, value.Int);
    }

    /// <summary>Whether the installed libtorch (or our own library) has an operator.</summary>
    internal static bool Exists(string name) => Handles.ContainsKey(name) || TryFind(name, out _);

    private static NativeValue CallValue(string name, ReadOnlySpan<Argument> args)
    {
        NativeValue result;
        Invoke(name, args, &result, 1);
        return result;
    }

    [SkipLocalsInit]
    private static int Invoke(string name, ReadOnlySpan<Argument> args, NativeValue* results, int capacity)
    {
        if (!Handles.TryGetValue(name, out var op)) op = Find(name);

        var words = 0;
        foreach (ref readonly var arg in args) words += arg.ScratchWords;
        var stack = stackalloc long[StackWords];
        fixed (long* heap = words > StackWords ? new long[words] : null)
        {
            var values = stackalloc NativeValue[args.Length];
            var free = heap is null ? stack : heap;
            for (var i = 0; i < args.Length; i++) free = args[i].Write(values + i, free);
            int count;
            if (NativeMethods.dit_operator_call(op, values, args.Length, results, capacity, &count) != 0) NativeMethods.ThrowLastError(name);
            foreach (ref readonly var arg in args) GC.KeepAlive(arg.Reference);   // no finalizer may free a handle that is in use
            return count;
        }
    }

    private static nint Find(string name) => TryFind(name, out var op) ? op : throw new NotSupportedException(NativeMethods.LastError);

    private static bool TryFind(string name, out nint op)
    {
        var dot = name.LastIndexOf('.');
        var overload = dot < 0 ? "" : name[(dot + 1)..];
        nint found;
        fixed (byte* nameBytes = Encoding.UTF8.GetBytes((dot < 0 ? name : name[..dot]) + '\0'))
        fixed (byte* overloadBytes = Encoding.UTF8.GetBytes(overload + '\0'))
        {
            if (NativeMethods.dit_operator_find(nameBytes, overloadBytes, &found) != 0)
            {
                op = 0;
                return false;
            }
        }
        op = Handles[name] = found;
        return true;
    }
}
