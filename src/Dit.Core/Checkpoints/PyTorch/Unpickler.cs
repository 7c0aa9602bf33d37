using System.Numerics;
using System.Text;

namespace Dit.Core;

/// <summary>Reads a pickle as plain data, without running anything: a machine with a stack that only knows harmless operations.</summary>
/// <remarks>Values may contain themselves; <see cref="PickleTree"/> refuses that afterwards.</remarks>
/// <param name="reader">The pickle's bytes.</param>
/// <param name="budget">What it may need.</param>
/// <param name="storage">The storage that a persistent id means.</param>
internal sealed class Unpickler(PickleReader reader, MemoryBudget budget, Func<PickleValue, PickledStorage> storage)
{
    /// <summary>More memory than any operation takes beside the bytes it reads.</summary>
    private const int OperationCost = 200;
    private const int LongestInteger = 1024;

    private readonly List<PickleValue> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<long, PickleValue> _memo = [];

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or asks for more than plain data.</exception>
    public PickleValue Load()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        if ((PickleOpcode)reader.ReadByte() != PickleOpcode.Protocol)
            throw new InvalidDataException("it does not begin as a pickle of protocol 2 or later does");
        if (reader.ReadByte() is var protocol and (< 2 or > 5))
            throw new InvalidDataException($"it is a pickle of protocol {protocol}; 2 to 5 are known");
        for (var code = (PickleOpcode)reader.ReadByte(); code != PickleOpcode.Stop; code = (PickleOpcode)reader.ReadByte())
        {
            budget.Take(OperationCost);
            Run(code);
        }
        return Pop();
    }

    private void Run(PickleOpcode code)
    {
        switch (code)
        {
            case PickleOpcode.Frame: reader.ReadInt64(); break;
            case PickleOpcode.Mark: _marks.Push(_stack.Count); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Duplicate: Push(Top); break;

            case PickleOpcode.None: Push((object?)null); break;
            case PickleOpcode.True: Push(true); break;
            case PickleOpcode.False: Push(false); break;
            case PickleOpcode.BinInt: Push((long)reader.ReadInt32()); break;
            case PickleOpcode.BinInt1: Push((long)reader.ReadByte()); break;
            case PickleOpcode.BinInt2: Push((long)reader.ReadUInt16()); break;
            case PickleOpcode.Long1: PushInteger(reader.ReadByte()); break;
            case PickleOpcode.Long4: PushInteger(reader.ReadInt32()); break;
            case PickleOpcode.BinFloat: Push(reader.ReadDouble()); break;
            case PickleOpcode.ShortBinString: Push(Encoding.Latin1.GetString(reader.ReadBytes(reader.ReadByte()))); break;
            case PickleOpcode.BinString: Push(Latin1(reader.ReadBytes(reader.ReadInt32()))); break;
            case PickleOpcode.ShortBinUnicode: Push(reader.ReadText(reader.ReadByte())); break;
            case PickleOpcode.BinUnicode: Push(reader.ReadText(reader.ReadUInt32())); break;
            case PickleOpcode.BinUnicode8: Push(reader.ReadText(reader.ReadInt64())); break;
            case PickleOpcode.ShortBinBytes: Push(reader.ReadBytes(reader.ReadByte())); break;
            case PickleOpcode.BinBytes: Push(reader.ReadBytes(reader.ReadUInt32())); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: Push(reader.ReadBytes(reader.ReadInt64())); break;

            case PickleOpcode.EmptyTuple: Push(new PickleValue(PickleKind.Tuple)); break;
            case PickleOpcode.Tuple1: Push(Gather(PickleKind.Tuple, Pop(1))); break;
            case PickleOpcode.Tuple2: Push(Gather(PickleKind.Tuple, Pop(2))); break;
            case PickleOpcode.Tuple3: Push(Gather(PickleKind.Tuple, Pop(3))); break;
            case PickleOpcode.Tuple: Push(Gather(PickleKind.Tuple, PopToMark())); break;
            case PickleOpcode.EmptyList: Push(new PickleValue(PickleKind.List)); break;
            case PickleOpcode.List: Push(Gather(PickleKind.List, PopToMark())); break;
            case PickleOpcode.EmptySet: Push(new PickleValue(PickleKind.Set)); break;
            case PickleOpcode.FrozenSet: Push(Gather(PickleKind.Set, PopToMark())); break;
            case PickleOpcode.EmptyDict: Push(new PickleValue(PickleKind.Dictionary)); break;
            case PickleOpcode.Dict: Push(Pairs(new PickleValue(PickleKind.Dictionary), PopToMark())); break;
            case PickleOpcode.Append: Extend(PickleKind.List, Pop(1)); break;
            case PickleOpcode.Appends: Extend(PickleKind.List, PopToMark()); break;
            case PickleOpcode.AddItems: Extend(PickleKind.Set, PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.BinPut: _memo[reader.ReadByte()] = Top; break;
            case PickleOpcode.LongBinPut: _memo[reader.ReadUInt32()] = Top; break;
            case PickleOpcode.Memoize: _memo[_memo.Count] = Top; break;
            case PickleOpcode.BinGet: Push(Recall(reader.ReadByte())); break;
            case PickleOpcode.LongBinGet: Push(Recall(reader.ReadUInt32())); break;

            case PickleOpcode.Global: Push(PickleGlobals.Find(reader.ReadLine(), reader.ReadLine())); break;
            case PickleOpcode.StackGlobal: Push(StackGlobal(Pop(2))); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObject: Push(Call(Pop(2))); break;
            case PickleOpcode.NewObjectEx: Push(CallWithNames(Pop(3))); break;
            case PickleOpcode.Build: Build(Pop()); break;
            case PickleOpcode.BinPersistentId: Push(new PickleValue(storage(Pop()))); break;
            default: throw new InvalidDataException($"it has the operation 0x{(byte)code:X2} at byte {reader.Position - 1}, which is unknown or not allowed");
        }
    }

    private PickleValue Top => _stack.Count > Floor ? _stack[^1] : throw Underflow();

    /// <summary>What lies below the last mark is out of reach.</summary>
    private int Floor => _marks.TryPeek(out var mark) ? mark : 0;

    private void Push(PickleValue value) => _stack.Add(value);

    private void Push(object? scalar) => Push(new PickleValue(scalar));

    private PickleValue Pop()
    {
        var value = Top;
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private List<PickleValue> Pop(int count)
    {
        if (_stack.Count - count < Floor)
            throw Underflow();
        var values = _stack.GetRange(_stack.Count - count, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private List<PickleValue> PopToMark()
    {
        if (!_marks.TryPop(out var mark))
            throw new InvalidDataException($"it lacks a mark before byte {reader.Position}");
        return Pop(_stack.Count - mark);
    }

    private static PickleValue Gather(PickleKind kind, List<PickleValue> items) => new(kind, items: items);

    private void Extend(PickleKind kind, List<PickleValue> items)
    {
        var target = Top;
        if (target.Kind != kind)
            throw new InvalidDataException($"it adds items to {target} at byte {reader.Position}");
        foreach (var item in items)
            target.Add(item);
    }

    private void SetItems(List<PickleValue> items)
    {
        if (Top.Kind != PickleKind.Dictionary)
            throw new InvalidDataException($"it sets items of {Top} at byte {reader.Position}");
        Pairs(Top, items);
    }

    private PickleValue Pairs(PickleValue target, List<PickleValue> items)
    {
        if (items.Count % 2 != 0)
            throw new InvalidDataException($"it has a key without a value at byte {reader.Position}");
        for (var i = 0; i < items.Count; i += 2)
        {
            if (items[i].Kind is PickleKind.List or PickleKind.Set or PickleKind.Dictionary or PickleKind.Tensor)
                throw new InvalidDataException($"{items[i]} is the key of a dictionary at byte {reader.Position}");
            target.Add(items[i], items[i + 1]);
        }
        return target;
    }

    private PickleValue Recall(long index) => _memo.TryGetValue(index, out var value)
        ? value
        : throw new InvalidDataException($"it refers to its value {index} at byte {reader.Position}, which it does not have");

    private static PickleValue StackGlobal(List<PickleValue> names) => names is [{ Value: string module }, { Value: string name }]
        ? PickleGlobals.Find(module, name)
        : throw new InvalidDataException($"it asks for {names[0]}.{names[1]}, which is no name");

    private PickleValue Call(List<PickleValue> values) => PickleGlobals.Call(values[0], values[1], budget);

    private PickleValue CallWithNames(List<PickleValue> values) => values[2] is { Kind: PickleKind.Dictionary, Entries: [] }
        ? PickleGlobals.Call(values[0], values[1], budget)
        : throw new InvalidDataException($"it calls {values[0]} with named arguments");

    /// <summary>Gives an object its attributes. Those of dictionaries and tensors, such as a state_dict's versions, do not matter.</summary>
    private void Build(PickleValue state)
    {
        var target = Top;
        if (target.Kind is PickleKind.Dictionary or PickleKind.Tensor)
            return;
        if (target.Kind != PickleKind.Object)
            throw new InvalidDataException($"it gives attributes to {target} at byte {reader.Position}");
        if (state.Kind != PickleKind.Dictionary)
        {
            target.Add(state);
            return;
        }
        budget.Take(64L * state.Entries.Count);
        foreach (var (key, value) in state.Entries)
            target.Add(key, value);
    }

    private void PushInteger(int length)
    {
        if (length is < 0 or > LongestInteger)
            throw new InvalidDataException($"it has an integer of {length} bytes at byte {reader.Position}");
        var number = new BigInteger(reader.ReadBytes(length));
        if (number >= long.MinValue && number <= long.MaxValue)
            Push((long)number);
        else
            Push(number);
    }

    private string Latin1(byte[] bytes)
    {
        budget.Take(2L * bytes.Length);
        return Encoding.Latin1.GetString(bytes);
    }

    private InvalidDataException Underflow() => new($"it takes more values than it has at byte {reader.Position}");
}
