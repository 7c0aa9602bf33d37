using Dit.Torch;

namespace Dit.Tests;

/// <summary>Tests of features, which are skipped, visibly, where the backend lacks one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FeatureTheoryAttribute : TheoryAttribute
{
    public FeatureTheoryAttribute(params Feature[] features) => Skip = FeatureFactAttribute.Missing(features);
}
