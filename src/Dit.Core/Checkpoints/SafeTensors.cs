using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Reads and writes tensors in the safetensors format.</summary>
/// <remarks>The format is described at https://github.com/huggingface/safetensors. Reading is strict; writing is atomic.</remarks>
public static class SafeTensors
{
    /// <summary>The format asks for 8; from a cache line on, data load nearly twice as fast.</summary>
    private const int Alignment = 64;

    /// <summary>Reads all tensors of a file into host memory.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by key, in the order of the file's header; the caller owns them.</returns>
    /// <exception cref="CheckpointException">The file is no safetensors file, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>(file.Entries.Count);
        try
        {
            foreach (var name in file.Entries.Keys)
                tensors.Add(name, file.Read(name));
            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    /// <summary>Writes tensors to a file. If that fails, a file that was there before stays as it was.</summary>
    /// <param name="path">The file; it is replaced if it exists.</param>
    /// <param name="tensors">The tensors by key, of any device.</param>
    /// <param name="metadata">Texts to store with them.</param>
    /// <exception cref="ArgumentException">A tensor is of a type that the format does not have, or a key is reserved.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));
    }

    /// <summary>Writes tensors to a stream from its position on.</summary>
    internal static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // Larger elements first keeps every tensor aligned to its element size.
        var ordered = tensors.OrderByDescending(t => SafeTensorsDtype.SizeOf(t.Value.dtype)).ToArray();
        stream.Write(Header(ordered, metadata));
        foreach (var (_, tensor) in ordered)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            TensorBytes.ForEachSpan(tensor.detach().cpu().contiguous(), bytes => stream.Write(bytes));
        }
    }

    /// <summary>The length of the JSON, then the JSON, padded with spaces.</summary>
    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            WriteMetadata(writer, metadata);
            var names = new HashSet<string> { "__metadata__" };
            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                if (!names.Add(name))
                    throw new ArgumentException($"The key '{name}' is reserved or occurs twice.", nameof(tensors));
                WriteEntry(writer, name, tensor, ref offset);
            }
            writer.WriteEndObject();
        }
        var padded = ((sizeof(ulong) + json.WrittenCount + Alignment - 1) / Alignment * Alignment) - sizeof(ulong);
        var header = new byte[sizeof(ulong) + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)padded);
        json.WrittenSpan.CopyTo(header.AsSpan(sizeof(ulong)));
        header.AsSpan(sizeof(ulong) + json.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
            return;
        writer.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata)
            writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, string name, Tensor tensor, ref long offset)
    {
        writer.WriteStartObject(name);
        writer.WriteString("dtype", SafeTensorsDtype.NameOf(tensor.dtype));
        writer.WriteStartArray("shape");
        foreach (var length in tensor.shape)
            writer.WriteNumberValue(length);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        writer.WriteNumberValue(offset += tensor.numel() * tensor.element_size());
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
