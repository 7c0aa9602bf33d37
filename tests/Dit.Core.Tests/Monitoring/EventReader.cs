using System.Buffers.Binary;

namespace Dit.Core.Tests;

/// <summary>Reads TensorBoard's event files as their specification says: framing, sums, messages. Nothing here is the library's.</summary>
internal static class EventReader
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var c = (uint)i;
        for (var bit = 0; bit < 8; bit++)
            c = (c & 1) == 0 ? c >> 1 : 0x82F63B78 ^ (c >> 1);
        return c;
    })];

    /// <summary>CRC-32C, a byte at a time.</summary>
    public static uint Crc(IEnumerable<byte> bytes) => ~bytes.Aggregate(uint.MaxValue, (c, b) => Table[(c ^ b) & 0xFF] ^ (c >> 8));

    public static uint Masked(IEnumerable<byte> bytes)
    {
        var c = Crc(bytes);
        return unchecked(((c >> 15) | (c << 17)) + 0xA282EAD8u);
    }

    /// <summary>Every record of a file, which must end with a whole one.</summary>
    public static byte[][] Records(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var file = memory.ToArray();
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            Assert.True(at + 12 <= file.Length, "A part of a header.");
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file[at..(at + 8)]), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.True(at + 16 + length <= file.Length, "A part of a record.");
            var data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            records.Add(data);
            at += 16 + length;
        }
        return [.. records];
    }

    public static ProtoMessage[] Events(string path) => [.. Records(path).Select(r => new ProtoMessage(r))];

    /// <summary>Every summary value of a file, with the step of its event.</summary>
    public static (long Step, ProtoMessage Value)[] Values(string path) =>
        [.. Events(path).Where(e => e.Has(5)).SelectMany(e => e.Message(5).Messages(1).Select(v => (e.Int(2), v)))];

    public static string Tag(this ProtoMessage value) => value.Text(1);

    public static string Plugin(this ProtoMessage value) => value.Message(9).Message(1).Text(1);

    public static long DataClass(this ProtoMessage value) => value.Message(9).Int(4);

    public static ProtoMessage Tensor(this ProtoMessage value) => value.Message(8);

    public static long[] Shape(this ProtoMessage tensor) => [.. tensor.Message(2).Messages(2).Select(d => d.Int(1))];

    /// <summary>The points of a curve, which must be what the scalars plugin reads: a float32 tensor without dimensions.</summary>
    public static (long Step, float Value)[] Scalars(string path, string tag) => [.. Values(path).Where(v => v.Value.Tag() == tag).Select(v =>
    {
        Assert.Equal(("scalars", 1, 1), (v.Value.Plugin(), v.Value.DataClass(), v.Value.Tensor().Int(1)));
        Assert.Empty(v.Value.Tensor().Shape());
        return (v.Step, v.Value.Tensor().Float(5));
    })];
}
