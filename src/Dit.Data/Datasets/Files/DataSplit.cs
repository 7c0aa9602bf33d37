namespace Dit.Data;

/// <summary>A part of a data set as its authors divided it.</summary>
public enum DataSplit
{
    /// <summary>All images.</summary>
    All,

    /// <summary>The images to train with.</summary>
    Training,

    /// <summary>The images to choose settings by.</summary>
    Validation,

    /// <summary>The images to measure the result with.</summary>
    Test,
}
