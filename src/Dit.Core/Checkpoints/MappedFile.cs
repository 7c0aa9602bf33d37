using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>A file whose bytes are mapped where they are read, a window at a time, so that it never occupies memory as a whole.</summary>
internal sealed class MappedFile : IDisposable
{
    private const long Window = 16L << 20;

    private readonly MemoryMappedFile? _map;

    private MappedFile(string path, long length, MemoryMappedFile? map) => (Path, Length, _map) = (path, length, map);

    public string Path { get; }

    public long Length { get; }

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            var map = stream.Length == 0
                ? null
                : MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedFile(path, stream.Length, map);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A part of the file as a stream.</summary>
    public Stream View(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new InvalidDataException($"bytes {offset} to {offset + length} are asked of a file of {Length} bytes");
        return length == 0 ? Stream.Null : _map!.CreateViewStream(offset, length, MemoryMappedFileAccess.Read);
    }

    public void Read(long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var part = target[..(int)Math.Min(target.Length, Window)];
            using var view = View(offset, part.Length);
            view.ReadExactly(part);
            offset += part.Length;
            target = target[part.Length..];
        }
    }

    /// <summary>Reads the elements of a contiguous host tensor.</summary>
    public void Read(long offset, Tensor target) => TensorBytes.ForEachSpan(target, bytes =>
    {
        Read(offset, bytes);
        offset += bytes.Length;
    });

    public void Dispose() => _map?.Dispose();
}
