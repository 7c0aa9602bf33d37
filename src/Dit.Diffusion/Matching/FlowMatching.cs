namespace Dit.Diffusion;

/// <summary>
/// The flow matching objectives of torchcfm by name (Tong et al. 2024, table 1). All learn a velocity, with times drawn uniformly unless said otherwise.
/// </summary>
/// <remarks>
/// Time runs from data to noise here and the other way in torchcfm, so velocities have the other sign. Samplers: <see cref="EulerSampler"/>,
/// <see cref="HeunSampler"/> and other methods for ordinary differential equations, which ask for nothing but the velocity.
/// </remarks>
public static class FlowMatching
{
    /// <summary>I-CFM: straight lines between independent noise and data. Without sigma, rectified flow.</summary>
    /// <param name="sigma">The deviation of a <see cref="ConstantBridge"/>; 0 for none.</param>
    /// <param name="timesteps">The density of times; null: uniform.</param>
    public static DenoisingObjective Independent(double sigma = 0, ITimestepSampler? timesteps = null) =>
        Create(new RectifiedFlow(), timesteps, Constant(sigma));

    /// <summary>Lipman et al.'s: as <see cref="Independent"/>, on the <see cref="ConditionalOptimalPath"/>.</summary>
    /// <param name="sigma">The noise left at the data, in [0, 1).</param>
    /// <param name="timesteps">The density of times; null: uniform.</param>
    public static DenoisingObjective Target(double sigma = 0, ITimestepSampler? timesteps = null) =>
        Create(new ConditionalOptimalPath(sigma), timesteps);

    /// <summary>OT-CFM: straight lines between noise and data that lie near each other: see <see cref="OptimalCoupling"/>.</summary>
    /// <param name="sigma">The deviation of a <see cref="ConstantBridge"/>; 0 for none.</param>
    /// <param name="timesteps">The density of times; null: uniform.</param>
    public static DenoisingObjective OptimalTransport(double sigma = 0, ITimestepSampler? timesteps = null) =>
        Create(new RectifiedFlow(), timesteps, Constant(sigma), new OptimalCoupling());

    /// <summary>SB-CFM: a <see cref="BrownianBridge"/> between noise and data that are paired by <see cref="EntropicCoupling"/>.</summary>
    /// <param name="sigma">The diffusion of the bridge, above 0.</param>
    /// <param name="timesteps">The density of times; null: uniform.</param>
    public static DenoisingObjective SchroedingerBridge(double sigma = 1, ITimestepSampler? timesteps = null) =>
        Create(new RectifiedFlow(), timesteps, new BrownianBridge(sigma), new EntropicCoupling(2 * sigma * sigma));

    /// <summary>VP-CFM: a quarter of a circle between independent noise and data (Albergo and Vanden-Eijnden 2023): see <see cref="TrigonometricPath"/>.</summary>
    /// <param name="sigma">The deviation of a <see cref="ConstantBridge"/>; 0 for none.</param>
    /// <param name="timesteps">The density of times; null: uniform.</param>
    public static DenoisingObjective VariancePreserving(double sigma = 0, ITimestepSampler? timesteps = null) =>
        Create(new TrigonometricPath(), timesteps, Constant(sigma));

    private static ConstantBridge? Constant(double sigma) => sigma == 0 ? null : new ConstantBridge(sigma);

    private static DenoisingObjective Create(INoiseSchedule path, ITimestepSampler? timesteps, IBridge? bridge = null, ICoupling? coupling = null) =>
        new(path, Prediction.FlowVelocity, timesteps ?? new UniformTimesteps()) { Bridge = bridge, Coupling = coupling };
}
