using Dit.Core;

namespace Dit.Hosting;

/// <summary>What a host's configuration says about a model and its training: the section <c>Dit</c> of <c>appsettings.json</c>.</summary>
/// <remarks>
/// Names are those of the options' properties, whatever their case; what is left out keeps its default, what is unknown is refused. Where there are several
/// kinds, <c>$type</c> chooses: <c>"Optimizer": { "$type": "Adam", "LearningRate": 1e-6 }</c>, <c>"LearningRateSchedule": { "$type": "Cosine", "Steps": 5000 }</c>.
/// </remarks>
public sealed class DitOptions
{
    /// <value>The model.</value>
    public DitConfig Model { get; set; } = new();

    /// <value>Its training.</value>
    public DitTrainerOptions Training { get; set; } = new();

    /// <value>Where the model is: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>. Default <c>cpu</c>.</value>
    public string Device { get; set; } = "cpu";
}
