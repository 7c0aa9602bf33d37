namespace TorchSharp;

/// <summary>Margins of a convolution by their effect.</summary>
public enum Padding
{
    /// <summary>No margin.</summary>
    Valid = 0,

    /// <summary>As much as keeps the size (stride 1).</summary>
    Same = 1,
}
