namespace TorchSharp.Modules;

/// <summary>The options of a group of parameters.</summary>
public class OptimizerOptions
{
    /// <summary>The learning rate now; null takes the optimizer's.</summary>
    public double? LearningRate { get; set; }

    /// <summary>The learning rate at first.</summary>
    public double InitialLearningRate { get; set; }

    /// <summary>Writes the options.</summary>
    /// <param name="writer">The writer.</param>
    public virtual void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate ?? throw new InvalidOperationException("The group belongs to no optimizer yet."));
    }

    /// <summary>Reads the options.</summary>
    /// <param name="reader">The reader.</param>
    public virtual void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    /// <summary>Copies the options.</summary>
    /// <param name="source">Options of the same class.</param>
    public virtual void LoadStateDict(OptimizerOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }

    /// <summary>Options of the class that an optimizer has.</summary>
    private protected static T As<T>(OptimizerOptions source) where T : OptimizerOptions =>
        source as T ?? throw new ArgumentException($"The options are {source?.GetType()}, not {typeof(T)}.", nameof(source));
}
