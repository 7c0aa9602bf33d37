using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>An open safetensors file.</summary>
/// <remarks>Opening reads and checks the header only.</remarks>
public sealed class SafeTensorsFile : TensorFile
{
    private readonly InputFile _file;
    private readonly SafeTensorsHeader _header;

    private SafeTensorsFile(InputFile file, SafeTensorsHeader header) : base(file.Path) => (_file, _header) = (file, header);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no safetensors file, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static new SafeTensorsFile Open(string path)
    {
        var file = InputFile.Open(path);
        try
        {
            return new SafeTensorsFile(file, SafeTensorsHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>First byte of a tensor in the file.</summary>
    internal long OffsetOf(string name) => _header.Offsets[name];

    /// <inheritdoc cref="Fill"/>
    internal void FillFrom(TensorEntry entry, Tensor target) => _file.Read(OffsetOf(entry.Name), target);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _file.Dispose();

    private protected override void Fill(TensorEntry entry, Tensor target) => FillFrom(entry, target);
}
