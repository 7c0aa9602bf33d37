using Dit.Torch;

namespace Dit.Tests;

/// <summary>A test of features, which is skipped, visibly, where the backend lacks one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FeatureFactAttribute : FactAttribute
{
    public FeatureFactAttribute(params Feature[] features) => Skip = Missing(features);

    internal static string? Missing(Feature[] features)
    {
        Feature[] missing = [.. features.Where(feature => !Engine.Supports(feature))];
        return missing.Length == 0 ? null : $"The backend '{Engine.BackendName}' does not have {string.Join(", ", missing)}.";
    }
}
