using System.Text;

namespace Dit.Data;

/// <summary>The paths of many files in little memory: each folder once, the names as UTF-8, 12 bytes a file besides.</summary>
internal sealed class PathTable
{
    private readonly List<string> _folders = [];
    private readonly List<int> _folderOf = [];
    private readonly List<long> _ends = [];
    private readonly List<byte[]> _blocks = [];         // all of one size
    private long _length;

    private const int BlockSize = 1 << 20;

    public int Count => _ends.Count;

    /// <summary>The path of a file.</summary>
    public string this[int index] => Path.Combine(_folders[_folderOf[index]], Name(index));

    /// <summary>Names the folder of the files that are added next.</summary>
    public void Enter(string folder) => _folders.Add(folder);

    public void Add(string name)
    {
        if (Count == int.MaxValue) throw new InvalidDataException($"There are more than {int.MaxValue} files.");
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            if (_length % BlockSize == 0) _blocks.Add(new byte[BlockSize]);
            _blocks[^1][_length++ % BlockSize] = b;
        }
        _ends.Add(_length);
        _folderOf.Add(_folders.Count - 1);
    }

    private string Name(int index)
    {
        var (start, end) = (index == 0 ? 0 : _ends[index - 1], _ends[index]);
        var bytes = new byte[end - start];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = _blocks[(int)((start + i) / BlockSize)][(start + i) % BlockSize];
        return Encoding.UTF8.GetString(bytes);
    }
}
