using System.ComponentModel;
using Dit.Data;

namespace Dit.Cli;

/// <summary>The training images.</summary>
internal sealed record DataConfig
{
    [Description("The folder or file with the images; relative to this file.")]
    public string Path { get; init; } = "";

    [Description("What it is; Auto looks.")]
    public DataKind Kind { get; init; }

    [Description("Side of the training images: each is resized to cover it and its middle is kept. Default: 64 for files, the size they have for MNIST and CIFAR.")]
    public int? Size { get; init; }

    [Description("1 for grey, 3 for colour. Default 3; MNIST has 1.")]
    public int? Channels { get; init; }

    [Description("A manifest's column with the class, or CelebA's attribute that makes two classes of the faces.")]
    public string? Label { get; init; }

    [Description("The classes' names in the order of their numbers: those of the folders or of a manifest's column, or other names for those that are, such as female and male for CelebA's Male.")]
    public string[]? Classes { get; init; }

    [Description("Attributes that are the condition together, instead of a class: CelebA's by name (all is all of them), or columns of numbers in a manifest, of which a JSON one may be an array.")]
    public string[]? Attributes { get; init; }

    [Description("Whether one image in two is mirrored. Not for digits or text.")]
    public bool Flip { get; init; }

    [Description("Threads that read images. Default: the number of processors.")]
    public int? Workers { get; init; }

    [Description("What happens when an image cannot be read.")]
    public BadImagePolicy OnBadImage { get; init; }
}
