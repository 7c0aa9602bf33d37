namespace Dit.Data;

/// <summary>What a loader does about an image that cannot be read.</summary>
public enum BadImagePolicy
{
    /// <summary>Ends the enumeration with an exception.</summary>
    Throw,

    /// <summary>Puts another image of the epoch in its place, the same one whatever the number of workers, and notes it.</summary>
    Skip,

    /// <summary>Puts a grey image with the same label in its place, with unknown attributes (NaN), and notes it.</summary>
    Placeholder,
}
