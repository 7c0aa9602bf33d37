namespace Dit.Cli;

/// <summary>Forms in which a model's weights are written.</summary>
internal enum WeightFormat
{
    /// <summary>A safetensors file with the model's configuration in it.</summary>
    Dit,

    /// <summary>A safetensors file with the official implementation's names.</summary>
    Official,

    /// <summary>A folder as diffusers keeps it.</summary>
    Diffusers,
}
