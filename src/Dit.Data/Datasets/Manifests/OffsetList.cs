namespace Dit.Data;

/// <summary>A growing list of offsets, 8 bytes each, in blocks: it never copies itself, nor has twice the room it needs.</summary>
internal sealed class OffsetList
{
    private const int BlockBits = 16;
    private const int BlockSize = 1 << BlockBits;

    private readonly List<long[]> _blocks = [];

    public long Count { get; private set; }

    public long this[long index] => _blocks[(int)(index >> BlockBits)][index & (BlockSize - 1)];

    public void Add(long offset)
    {
        if ((Count & (BlockSize - 1)) == 0) _blocks.Add(new long[BlockSize]);
        _blocks[^1][Count++ & (BlockSize - 1)] = offset;
    }
}
