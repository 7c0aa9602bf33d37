using System.Buffers.Binary;
using System.Text;

namespace Dit.Core.Tests;

/// <summary>A protocol buffer message taken apart by the wire format alone; independent of the code that writes them.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Field, int Type, byte[] Data, ulong Number)> _fields = [];

    public ProtoMessage(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var key = Varint(bytes, ref at);
            var (field, type) = ((int)(key >> 3), (int)(key & 7));
            Assert.True(field > 0);
            switch (type)
            {
                case 0:
                    _fields.Add((field, type, [], Varint(bytes, ref at)));
                    break;
                case 1:
                    _fields.Add((field, type, bytes[at..(at + 8)], 0));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    _fields.Add((field, type, bytes[at..(at + length)], 0));
                    at += length;
                    break;
                case 5:
                    _fields.Add((field, type, bytes[at..(at + 4)], 0));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {type} at {at}.");
            }
        }
    }

    public IEnumerable<int> Fields => _fields.Select(f => f.Field).Distinct();

    public bool Has(int field) => _fields.Any(f => f.Field == field);

    public long Int(int field) => _fields.Where(f => f.Field == field).Select(f => Typed(f, 0)).Select(f => (long)f.Number).SingleOrDefault();

    public double Double(int field) => BinaryPrimitives.ReadDoubleLittleEndian(Single(field, 1));

    public float Float(int field) => BinaryPrimitives.ReadSingleLittleEndian(Single(field, 5));

    public byte[] Bytes(int field) => Single(field, 2);

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public ProtoMessage Message(int field) => new(Bytes(field));

    public byte[][] AllBytes(int field) => [.. _fields.Where(f => f.Field == field).Select(f => Typed(f, 2).Data)];

    public string[] Texts(int field) => [.. AllBytes(field).Select(Encoding.UTF8.GetString)];

    public ProtoMessage[] Messages(int field) => [.. AllBytes(field).Select(b => new ProtoMessage(b))];

    public double[] Doubles(int field) => [.. Bytes(field).Chunk(8).Select(b => BinaryPrimitives.ReadDoubleLittleEndian(b))];

    private byte[] Single(int field, int type) => Typed(_fields.Single(f => f.Field == field), type).Data;

    private static (int Field, int Type, byte[] Data, ulong Number) Typed((int Field, int Type, byte[] Data, ulong Number) field, int type)
    {
        Assert.Equal(type, field.Type);
        return field;
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            Assert.True(shift < 64, "A number of more than 64 bits.");
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
