namespace Dit.Data;

/// <summary>The formats of image files.</summary>
public enum ImageFileFormat
{
    /// <summary>PNG; read and written.</summary>
    Png,

    /// <summary>JPEG; read and written.</summary>
    Jpeg,

    /// <summary>WebP; read and written, animations too.</summary>
    WebP,

    /// <summary>GIF; read and written, animations too.</summary>
    Gif,

    /// <summary>Windows bitmap; read.</summary>
    Bmp,

    /// <summary>TIFF; read.</summary>
    Tiff,

    /// <summary>AVIF; read by the backend <c>native</c>.</summary>
    Avif,
}
