using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Native;

/// <summary>One argument of an operator, converted from whatever the caller has.</summary>
/// <remarks>Nullable values become "none", for which the operator takes its own meaning of nothing.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly struct Argument
{
    internal readonly object? Reference;
    internal readonly long Bits;
    internal readonly ValueTag Tag;

    private Argument(ValueTag tag, object? reference, long bits = 0)
    {
        Tag = tag;
        Reference = reference;
        Bits = bits;
    }

    private static Argument OfReference(ValueTag tag, object? reference) => reference is null ? default : new(tag, reference);

    /// <summary>The absent value.</summary>
    internal static Argument None => default;

    public static implicit operator Argument(Tensor? value) => OfReference(ValueTag.Tensor, value);
    public static implicit operator Argument(Generator? value) => OfReference(ValueTag.Generator, value);
    public static implicit operator Argument(string? value) => OfReference(ValueTag.String, value);
    public static implicit operator Argument(long[]? value) => OfReference(ValueTag.IntList, value);
    public static implicit operator Argument(double[]? value) => OfReference(ValueTag.DoubleList, value);
    public static implicit operator Argument(bool[]? value) => OfReference(ValueTag.BoolList, value);
    public static implicit operator Argument(Tensor[]? value) => OfReference(ValueTag.TensorList, value);
    public static implicit operator Argument(List<Tensor>? value) => OfReference(ValueTag.TensorList, value?.ToArray());
    public static implicit operator Argument(long value) => new(ValueTag.Int, null, value);
    public static implicit operator Argument(int value) => new(ValueTag.Int, null, value);
    public static implicit operator Argument(double value) => new(ValueTag.Double, null, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Argument(bool value) => new(ValueTag.Bool, null, value ? 1 : 0);
    public static implicit operator Argument(long? value) => value is { } v ? v : default(Argument);
    public static implicit operator Argument(double? value) => value is { } v ? v : default(Argument);
    public static implicit operator Argument(ScalarType value) => new(ValueTag.Int, null, (long)value);
    public static implicit operator Argument(ScalarType? value) => value is { } v ? v : default(Argument);
    public static implicit operator Argument(Device? value) => value is null ? default : new(ValueTag.Device, null, value.Packed);
    public static implicit operator Argument(Scalar? value) => value is null ? default : new(value.Tag, null, value.Bits);

    /// <summary>The room, in 8-byte words, that the value needs beside its <see cref="NativeValue"/>.</summary>
    internal int ScratchWords => Reference switch
    {
        null or Tensor or Generator => 0,
        string text => (System.Text.Encoding.UTF8.GetMaxByteCount(text.Length) + 7) / 8,
        Array list => list.Length,
        _ => 0,
    };

    /// <summary>Writes the value for the C ABI, using <paramref name="scratch"/> for lists and text.</summary>
    /// <returns>The scratch that is left.</returns>
    internal unsafe long* Write(NativeValue* target, long* scratch)
    {
        target->Tag = Tag;
        target->Count = 0;
        switch (Tag)
        {
            case ValueTag.Tensor:
                target->Int = Unsafe.As<Tensor>(Reference!).Handle;
                return scratch;
            case ValueTag.Generator:
                target->Int = Unsafe.As<Generator>(Reference!).Handle;
                return scratch;
            case ValueTag.String:
                var text = Unsafe.As<string>(Reference!);
                target->Pointer = scratch;
                target->Count = System.Text.Encoding.UTF8.GetBytes(text, new Span<byte>(scratch, ScratchWords * 8));
                return scratch + ScratchWords;
            case ValueTag.IntList:
                return WriteList(target, scratch, Unsafe.As<long[]>(Reference!), static v => v);
            case ValueTag.DoubleList:
                return WriteList(target, scratch, Unsafe.As<double[]>(Reference!), BitConverter.DoubleToInt64Bits);
            case ValueTag.BoolList:
                return WriteList(target, scratch, Unsafe.As<bool[]>(Reference!), static v => v ? 1 : 0);
            case ValueTag.TensorList:
                return WriteList(target, scratch, Unsafe.As<Tensor?[]>(Reference!), static v => v?.Handle ?? 0);
            default:
                target->Int = Bits;
                return scratch;
        }
    }

    private static unsafe long* WriteList<T>(NativeValue* target, long* scratch, T[] list, Func<T, long> bits)
    {
        target->Pointer = scratch;
        target->Count = list.Length;
        for (var i = 0; i < list.Length; i++) scratch[i] = bits(list[i]);
        return scratch + list.Length;
    }
}
