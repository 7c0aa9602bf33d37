using Dit.Tests;

namespace Dit.Diffusion.Tests.Samplers;

/// <summary>Which steps a shorter walk takes, against the official implementation.</summary>
[Trait("Category", "Golden")]
public sealed class SpaceTimestepsGoldenTests
{
    [Fact]
    public void Every_row()
    {
        using var golden = Golden.Open("space_timesteps");
        foreach (var row in golden.Json.GetProperty("rows").EnumerateArray())
        {
            var steps = row.GetProperty("num_timesteps").GetInt32();
            var spec = row.GetProperty("section_counts").ToString().Trim('[', ']');
            double[] Times(int count) => TimeGrid.Respaced(spec).Times(count, DiscreteSchedule.Linear(steps, 1e-4, 0.02));
            if (row.TryGetProperty("error", out _))
            {
                Assert.DoesNotContain("the sampler", Assert.ThrowsAny<ArgumentException>(() => Times(1)).Message, StringComparison.Ordinal);
                continue;
            }
            int[] expected = [.. row.GetProperty("result").EnumerateArray().Select(i => i.GetInt32())];
            Assert.Equal(expected.OrderDescending(), Times(expected.Length)[..^1].Select(t => (int)Math.Round(t * steps) - 1));
        }
    }
}
