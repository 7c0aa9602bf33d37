using Dit.Diffusion.Tests.Objectives;
using Dit.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Diffusion.Tests.Matching;

/// <summary>torchcfm's matchers. Its time runs from noise (x0) to data (x1), so that times are mirrored and velocities have the other sign.</summary>
/// <remarks>
/// What a network should say is read from the gradient of its loss. Excluded: <c>*.lambda</c>, the weight of the score network that [SF]2M trains beside the
/// velocity, which the library does not offer; and the draws behind <c>ot.*.sampled_i|j</c>: we use every pair of the plan once instead of drawing with
/// replacement. The pairs drawn are checked to be of the plan, and their states and velocities are tested.
/// </remarks>
[Trait("Category", "Golden")]
public sealed class FlowMatchingGoldenTests : IDisposable
{
    private readonly Golden _golden = Golden.Open("flow_cfm");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Matchers => [.. Keys(key => key.EndsWith(".xt", StringComparison.Ordinal), key => key[..^".xt".Length])];

    public static TheoryData<string> Plans => [.. Keys(key => key.EndsWith(".plan", StringComparison.Ordinal), key => key[..^".plan".Length])];

    [Fact]
    public void No_run_is_missing() => Assert.Equal((7, 3), (Matchers.Count, Plans.Count));

    [Theory, MemberData(nameof(Matchers))]
    public void State_and_velocity(string key)
    {
        var at = key.IndexOf(".sigma", StringComparison.Ordinal);
        var sigma = double.Parse(key[(at + ".sigma".Length)..], System.Globalization.CultureInfo.InvariantCulture);
        var objective = key[..at] switch
        {
            "CFM" => FlowMatching.Independent(sigma),
            "TargetCFM" => FlowMatching.Target(sigma),
            "SBCFM" => FlowMatching.SchroedingerBridge(sigma),
            "VPCFM" => FlowMatching.VariancePreserving(sigma),
            var matcher => throw new NotSupportedException(matcher),
        };
        // TargetCFM has no source but the noise that others add to the path.
        var target = key.StartsWith("Target", StringComparison.Ordinal);
        var (state, velocity) = Ask(objective, _golden["x1"], _golden["t"], _golden[target ? "eps" : "x0"], objective.Bridge is null ? null : _golden["eps"]);
        _golden.AssertClose($"{key}.xt", state);
        _golden.AssertClose($"{key}.ut", velocity);
    }

    [Theory, MemberData(nameof(Plans))]
    public void Optimal_transport(string key)
    {
        var (x0, x1) = (_golden[$"{key}.x0"], _golden[$"{key}.x1"]);
        _golden.AssertClose($"{key}.cost", TransportCost.Of(x1, x0).t());
        var noiseOf = new OptimalCoupling().Pair(x1, x0);                                        // of each image
        var n = x0.shape[0];
        var plan = zeros_like(_golden[$"{key}.plan"]);
        foreach (var (image, noise) in noiseOf.cpu().data<long>().ToArray().Index()) plan[noise, image].fill_(1.0 / n);
        _golden.AssertClose($"{key}.plan", plan, 1e-12, 0);
        Assert.Equal(_golden[$"{key}.perm"].cpu().data<long>(), noiseOf.argsort().cpu().data<long>());
        Approximately.Equal(_golden[$"{key}.total_cost"], (plan * _golden[$"{key}.cost"]).sum(), 1e-4);

        var (drawnNoise, drawnImage) = (_golden[$"{key}.sampled_i"], _golden[$"{key}.sampled_j"]);
        Assert.Equal(drawnNoise.cpu().data<long>(), noiseOf.index_select(0, drawnImage).cpu().data<long>());
        Tensor Picture(Tensor x) => x.ndim == 4 ? x : x.view([.. x.shape, 1, 1]);
        var (state, velocity) = Ask(FlowMatching.OptimalTransport(), Picture(x1.index_select(0, drawnImage)), _golden[$"{key}.t"], Picture(x0.index_select(0, drawnNoise)), null);
        _golden.AssertClose($"{key}.xt_sampled", state.view_as(x0));
        _golden.AssertClose($"{key}.ut_sampled", velocity.view_as(x0));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _golden.Dispose();
    }

    private static (Tensor State, Tensor Velocity) Ask(DenoisingObjective objective, Tensor data, Tensor t, Tensor noise, Tensor? bridgeNoise)
    {
        var output = zeros_like(data).requires_grad_();
        var network = new FixedNetwork(output);
        objective.Loss(network, data, null, 1 - t, noise, bridgeNoise).backward();                // the gradient is -2 target / number of elements
        return (network.Noisy!, output.grad! * data.numel() / 2);
    }

    private static IEnumerable<string> Keys(Func<string, bool> where, Func<string, string> select)
    {
        using var golden = Golden.Open("flow_cfm");
        return [.. golden.Keys.Where(where).Select(select)];
    }
}
