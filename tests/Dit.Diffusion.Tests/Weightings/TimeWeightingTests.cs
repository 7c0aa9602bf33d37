using System.Globalization;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Weightings;

public class TimeWeightingTests
{
    private static readonly RectifiedFlow Path = new();

    [Fact]
    public void Density_and_weight_are_shown_together()
    {
        var pair = new TimeWeighting(new LogitNormalTimesteps(0.5).Stratified(), new MinSnrWeighting());
        Assert.Equal("times logit-normal (mean 0.5, std 1), stratified; weights min-SNR (gamma 5)", pair.ToString());
        var lines = pair.Describe(Path, Prediction.FlowVelocity).Split('\n');
        Assert.Equal(pair.ToString(), lines[0].Trim());
        var middle = Assert.Single(lines, line => line.TrimStart().StartsWith("0.55", StringComparison.Ordinal));
        var numbers = middle.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(new LogitNormalTimesteps(0.5).Density(0.55), numbers[1], 1e-3);
        Assert.Equal(0.45 * 0.45, numbers[2], 1e-3);                                        // min(SNR, 5) t^2 = (1 - t)^2
        Assert.Contains("preferences multiply", lines[^2], StringComparison.Ordinal);
    }

    /// A density as a weight and a density as a density prefer the same.
    [Fact]
    public void A_preference_is_the_same_as_density_and_as_weight()
    {
        var drawn = new TimeWeighting(new CosMapTimesteps(), new ConstantWeighting());
        var weighed = new TimeWeighting(new UniformTimesteps(), new CosMapWeighting());
        for (var t = 0.05; t < 1; t += 0.1)
            Assert.Equal(drawn.Effective(Path, Prediction.FlowVelocity, t), weighed.Effective(Path, Prediction.FlowVelocity, t), 1e-12);
    }

    [Fact]
    public void Two_preferences_are_noticed()
    {
        Assert.True(new TimeWeighting(new CosMapTimesteps(), new CosMapWeighting()).IsTwofold(Path, Prediction.FlowVelocity));
        Assert.False(new TimeWeighting(new CosMapTimesteps(), new ConstantWeighting()).IsTwofold(Path, Prediction.FlowVelocity));
        Assert.False(new TimeWeighting(new UniformTimesteps().Stratified(), new CosMapWeighting()).IsTwofold(Path, Prediction.FlowVelocity));
        Assert.False(new TimeWeighting(new CosMapTimesteps(), new VelocityWeighting()).IsTwofold(Path, Prediction.FlowVelocity));
        Assert.True(new TimeWeighting(new Unknown(), new CosMapWeighting()).IsTwofold(Path, Prediction.FlowVelocity));
    }

    [Fact]
    public void A_density_that_nobody_knows_is_shown_as_such()
    {
        var text = new TimeWeighting(new Unknown(), new ConstantWeighting()).Describe(DiscreteSchedule.Linear(), Prediction.Epsilon);
        Assert.Contains("NaN", text, StringComparison.Ordinal);
    }

    private sealed class Unknown : ITimestepSampler
    {
        public Tensor Sample(long count, Device device, Generator? generator = null) => rand(count, device: device, generator: generator);
    }
}
