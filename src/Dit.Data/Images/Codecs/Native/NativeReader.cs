namespace Dit.Data;

/// <summary>A file opened by libdit_image.</summary>
internal sealed unsafe class NativeReader : ImageReader
{
    private StoredImage _header;
    private nint _handle;
    private int _rowBytes;

    /// <param name="file">Pinned until this is disposed.</param>
    /// <param name="applyColorProfile">Whether rows are converted to sRGB.</param>
    public NativeReader(ReadOnlySpan<byte> file, bool applyColorProfile)
    {
        NativeImageInfo info;
        fixed (byte* source = file)
            Check(ImageNative.Open(source, (nuint)file.Length, applyColorProfile ? 1 : 0, out _handle, out info));
        Take(info);
    }

    public override StoredImage Header => _header;

    public override void Shrink(int factor)
    {
        Check(ImageNative.Shrink(_handle, factor, out var info));
        Take(info);
    }

    public override void Restrict(ImageRegion part)
    {
        Check(ImageNative.Restrict(_handle, part.Top, part.Left, part.Height, part.Width));
        _rowBytes = part.Width * _header.Channels;
    }

    public override void Read(Span<byte> rows)
    {
        fixed (byte* target = rows) Check(ImageNative.Read(_handle, rows.Length / _rowBytes, target));
    }

    public override void Dispose()
    {
        if (_handle != 0) ImageNative.Close(_handle);
        _handle = 0;
    }

    private static void Check(int status)
    {
        if (status != 0) throw new InvalidDataException(ImageCodec.LastError());
    }

    private void Take(NativeImageInfo info)
    {
        _header = info.Header;
        _rowBytes = checked(_header.Width * _header.Channels);
    }
}
