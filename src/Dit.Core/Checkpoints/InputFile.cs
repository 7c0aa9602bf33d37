using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>A file that is read at any place, straight into where the bytes belong.</summary>
/// <remarks>Positioned reads, not a mapping: as fast, and a file that shrinks meanwhile is an error instead of the process's end.</remarks>
internal sealed class InputFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private InputFile(string path, SafeFileHandle handle) => (Path, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    public string Path { get; }

    public long Length { get; }

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InputFile Open(string path)
    {
        var handle = File.OpenHandle(path);
        try
        {
            return new InputFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>A part of the file as a stream.</summary>
    public Stream View(long offset, long length)
    {
        Check(offset, length);
        return new FileSection(this, offset, length);
    }

    /// <exception cref="InvalidDataException">There are no such bytes.</exception>
    /// <exception cref="CheckpointException">The file is no longer as long as it was.</exception>
    public void Read(long offset, Span<byte> target)
    {
        Check(offset, target.Length);
        for (int read; !target.IsEmpty; target = target[read..], offset += read)
        {
            read = RandomAccess.Read(_handle, target, offset);
            if (read == 0)
                throw new CheckpointException($"'{Path}' was cut off at byte {offset} while it was open.");
        }
    }

    /// <summary>Reads the elements of a contiguous host tensor.</summary>
    public void Read(long offset, Tensor target) => TensorBytes.ForEachSpan(target, bytes =>
    {
        Read(offset, bytes);
        offset += bytes.Length;
    });

    public void Dispose() => _handle.Dispose();

    private void Check(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
            throw new InvalidDataException($"bytes from {offset} on, {length} of them, are asked of a file of {Length} bytes");
    }
}
