using System.Text.Json.Serialization;

namespace Dit.Core;

/// <summary>How long an average of weights remembers: the decay of each of its updates.</summary>
[JsonPolymorphic]
[JsonDerivedType(typeof(ConstantEma), "constant")]
[JsonDerivedType(typeof(WarmupEma), "warmup")]
[JsonDerivedType(typeof(PowerEma), "power")]
public abstract record EmaProfile
{
    private protected EmaProfile()
    {
    }

    /// <summary>The weight of the past in an update.</summary>
    /// <param name="update">Which update, from 1.</param>
    /// <returns>At least 0 and less than 1; 0 makes the average the parameters' values.</returns>
    public abstract double Decay(long update);

    internal abstract void Validate(Problems problems);
}
