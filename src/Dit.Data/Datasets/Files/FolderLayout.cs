namespace Dit.Data;

/// <summary>How a folder of images is to be read.</summary>
public enum FolderLayout
{
    /// <summary>Each folder in it is a class, with all images below that folder.</summary>
    ClassPerFolder,

    /// <summary>All images in it and below it, without classes.</summary>
    Flat,
}
