namespace Dit.Cli;

/// <summary>What the training images lie in.</summary>
internal enum DataKind
{
    /// <summary>Whatever it looks like.</summary>
    Auto,

    /// <summary>A folder with a folder per class.</summary>
    Folder,

    /// <summary>A folder of images without classes.</summary>
    Flat,

    /// <summary>A CSV or JSON Lines file that lists images.</summary>
    Manifest,

    /// <summary>The four IDX files of MNIST or of a data set like it.</summary>
    Mnist,

    /// <summary>CIFAR-10 in its binary version.</summary>
    Cifar10,

    /// <summary>CIFAR-100 in its binary version.</summary>
    Cifar100,

    /// <summary>CelebA; <see cref="DataConfig.Label"/> is the attribute that makes the two classes.</summary>
    CelebA,

    /// <summary>ImageNet's training folder.</summary>
    ImageNet,

    /// <summary>A cache of latents that <c>dit data cache</c> made.</summary>
    Latents,
}
