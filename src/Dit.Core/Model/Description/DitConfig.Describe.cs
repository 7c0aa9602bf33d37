namespace Dit.Core;

public sealed partial record DitConfig
{
    /// <summary>Lists the model's layers with their shapes, parameters and multiply-adds, and estimates its memory, without creating it.</summary>
    /// <param name="batchSize">Images in a batch, B.</param>
    /// <param name="conditionTokens">Tokens of a condition, L, where <see cref="Condition"/> is <see cref="ConditionType.Tokens"/>.</param>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public ModelDescription Describe(int batchSize = 1, int conditionTokens = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(conditionTokens);
        return LayerList.Describe(Validate(), batchSize, conditionTokens);
    }
}
