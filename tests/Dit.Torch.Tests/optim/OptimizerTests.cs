using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dit.Torch.Tests.Optim;

public sealed class OptimizerTests
{
    private static readonly double[] Gradients = [0.5, -1.5, 2.0, 0.25, -0.75];

    public static TheoryData<bool, bool, double, bool> AdamVariants => new()
    {
        { false, false, 0, false }, { false, false, 0.1, false }, { true, false, 0.1, false }, { true, true, 0.1, false }, { false, true, 0.1, true },
    };

    [Theory, MemberData(nameof(AdamVariants))]
    public void Adam_follows_its_formula(bool decoupled, bool amsgrad, double decay, bool maximize)
    {
        using var scope = NewDisposeScope();
        var p = Parameter(tensor(new double[] { 1.0, -2.0 }));
        const double lr = 0.1, beta1 = 0.8, beta2 = 0.9, eps = 1e-3;
        using OptimizerHelper optimizer = decoupled
            ? optim.AdamW([p], lr, beta1, beta2, eps, decay, amsgrad, maximize)
            : optim.Adam([p], lr, beta1, beta2, eps, decay, amsgrad, maximize);
        double x = 1, m = 0, v = 0, peak = 0;
        for (var t = 1; t <= Gradients.Length; t++)
        {
            p.grad = full([2], Gradients[t - 1], dtype: ScalarType.Float64);
            optimizer.step();
            var g = maximize ? -Gradients[t - 1] : Gradients[t - 1];
            if (decoupled) x -= lr * decay * x;
            else g += decay * x;
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            peak = Math.Max(peak, v);
            var corrected = (amsgrad ? peak : v) / (1 - Math.Pow(beta2, t));
            x -= lr * (m / (1 - Math.Pow(beta1, t))) / (Math.Sqrt(corrected) + eps);
            Assert.Equal(x, p[0].item<double>(), 1e-12);
        }
    }

    [Theory]
    [InlineData(0, 0, 0, false, false)]
    [InlineData(0, 0, 0.1, false, true)]
    [InlineData(0.9, 0, 0.1, false, false)]
    [InlineData(0.9, 0.5, 0, false, false)]
    [InlineData(0.9, 0, 0.1, true, false)]
    public void Gradient_descent_follows_its_formula(double momentum, double dampening, double decay, bool nesterov, bool maximize)
    {
        using var scope = NewDisposeScope();
        var p = Parameter(ones(1, dtype: ScalarType.Float64));
        using var optimizer = optim.SGD([p], 0.1, momentum, dampening, decay, nesterov, maximize);
        double x = 1;
        double? velocity = null;
        foreach (var gradient in Gradients)
        {
            p.grad = full([1], gradient, dtype: ScalarType.Float64);
            optimizer.step();
            var g = (maximize ? -gradient : gradient) + decay * x;
            velocity = velocity is { } old ? momentum * old + (1 - dampening) * g : g;
            x -= 0.1 * (momentum == 0 ? g : nesterov ? g + momentum * velocity.Value : velocity.Value);
            Assert.Equal(x, p.item<double>(), 1e-12);
        }
    }

    [Fact]
    public void Float32_parameters_take_the_same_steps()
    {
        using var scope = NewDisposeScope();
        manual_seed(0);
        var wide = Parameter(randn(1000, dtype: ScalarType.Float64));
        var narrow = Parameter(wide.detach().to(ScalarType.Float32));
        using var a = optim.AdamW([wide], 0.01, weight_decay: 0.1);
        using var b = optim.AdamW([narrow], 0.01, weight_decay: 0.1);
        for (var step = 0; step < 10; step++)
        {
            wide.grad = randn(1000, dtype: ScalarType.Float64);
            narrow.grad = wide.grad.to(ScalarType.Float32);
            a.step();
            b.step();
        }
        Assert.True((wide - narrow).abs().max().ToDouble() < 1e-5);
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_and_keeps_its_own_count()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Parameter(ones(1)), Parameter(ones(1)));
        using var optimizer = optim.AdamW([a, b], 0.1, weight_decay: 0.5);
        a.grad = ones(1);
        optimizer.step();
        Assert.Equal(1, b.item<float>());
        b.grad = ones(1);
        optimizer.step();
        Assert.Equal([2L, 1L], optimizer.state_dict().State.Cast<AdamW.State>().Select(s => s.step));
        Assert.Equal(0.95 - 0.1, b.item<float>(), 1e-5);
    }

    [Fact]
    public void Groups_have_their_own_options()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Parameter(ones(1)), Parameter(ones(1)));
        using var optimizer = optim.SGD([new SGD.ParamGroup([a], new SGD.Options { LearningRate = 0.5 }), new SGD.ParamGroup { Parameters = [b] }], 0.1);
        a.grad = ones(1);
        b.grad = ones(1);
        optimizer.step();
        Assert.Equal(0.5f, a.item<float>());
        Assert.Equal(0.9f, b.item<float>(), 1e-6f);
        Assert.Equal([0.5, 0.1], optimizer.ParamGroups.Select(g => g.InitialLearningRate));
        Assert.Throws<ArgumentException>(() => optimizer.add_param_group(new SGD.ParamGroup { Parameters = [a] }));
        optimizer.zero_grad();
        Assert.Equal(0, a.grad!.item<float>());
    }

    [Fact]
    public void The_state_survives_scopes_and_stops_where_the_optimizer_does()
    {
        using var model = Linear(3, 3);
        AdamW optimizer;
        using (NewDisposeScope())
        {
            optimizer = optim.AdamW(model.parameters(), amsgrad: true);
            model.call(ones(1, 3)).sum().backward();
            optimizer.step();
        }
        using (var scope = NewDisposeScope())
        {
            model.zero_grad();
            model.call(ones(1, 3)).sum().backward();
            var before = scope.DisposablesCount;
            optimizer.step();
            Assert.Equal(before, scope.DisposablesCount);
        }
        var states = optimizer.state_dict().State.Cast<AdamW.State>().ToList();
        Assert.All(states, s => Assert.False(s.exp_avg.IsInvalid || s.max_exp_avg_sq!.IsInvalid));
        optimizer.Dispose();
        optimizer.Dispose();
        Assert.All(states, s => Assert.True(s.exp_avg.IsInvalid));
    }

    [Theory]
    [InlineData("SGD")]
    [InlineData("Adam")]
    [InlineData("AdamW")]
    public void Going_on_from_a_saved_state_is_going_on(string kind)
    {
        using var scope = NewDisposeScope();
        OptimizerHelper Make(Parameter parameter, double lr) => kind switch
        {
            "SGD" => optim.SGD([parameter], lr, momentum: 0.9),
            "Adam" => optim.Adam([parameter], lr, amsgrad: true),
            _ => optim.AdamW([parameter], lr),
        };
        var p = Parameter(ones(4));
        using var a = Make(p, 0.1);
        Step(a, p, 1);
        Step(a, p, -0.5f);

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        a.save_state_dict(writer);
        stream.Position = 0;
        var (q, r) = (Parameter(p.detach().clone()), Parameter(p.detach().clone()));
        using var fromFile = Make(q, 0.3);
        using var reader = new BinaryReader(stream);
        fromFile.load_state_dict(reader);
        using var fromObject = Make(r, 0.3);
        fromObject.load_state_dict(a.state_dict());
        Assert.True(a.state_dict().State[0].ApproximatelyEquals(fromFile.state_dict().State[0]));

        Step(a, p, 2);
        Step(fromFile, q, 2);
        Step(fromObject, r, 2);
        Assert.True(p.Same(q) && p.Same(r));
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused()
    {
        using var scope = NewDisposeScope();
        using var one = optim.AdamW([Parameter(ones(1))]);
        using var two = optim.AdamW([Parameter(ones(1)), Parameter(ones(1))]);
        Assert.Throws<ArgumentException>(() => one.load_state_dict(two.state_dict()));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        one.save_state_dict(writer);
        stream.Position = 0;
        using var other = optim.Adam([Parameter(ones(1))]);
        Assert.Throws<InvalidDataException>(() => other.load_state_dict(new BinaryReader(stream)));
        Assert.Throws<ArgumentOutOfRangeException>(() => optim.AdamW([Parameter(ones(1))], lr: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optim.AdamW([Parameter(ones(1))], beta1: 1));
        Assert.Throws<ArgumentException>(() => optim.SGD([Parameter(ones(1))], 0.1, nesterov: true));
    }

    [Fact]
    public void A_closure_is_called_with_gradients_on()
    {
        using var scope = NewDisposeScope();
        var p = Parameter(ones(1));
        using var optimizer = optim.SGD([p], 0.1);
        using (no_grad())
        {
            var loss = optimizer.step(() =>
            {
                var l = (p * 3).sum();
                l.backward();
                return l;
            });
            Assert.Equal(3, loss!.item<float>());
        }
        Assert.Equal(0.7f, p.item<float>(), 1e-6f);
        Assert.True(p.requires_grad);
    }

    [Fact]
    public void A_module_that_was_moved_is_still_trained()
    {
        using var scope = NewDisposeScope();
        using var model = Linear(2, 1);
        using var optimizer = optim.SGD(model.named_parameters(), 0.1);
        model.to(ScalarType.Float64);
        model.call(ones(1, 2, dtype: ScalarType.Float64)).sum().backward();
        var before = model.weight.clone();
        optimizer.step();
        Assert.True((model.weight - (before - 0.1)).abs().max().ToDouble() < 1e-12);
    }

    [Fact]
    public void A_small_network_learns_its_data_by_heart()
    {
        manual_seed(0);
        using var images = randn(16, 1, 8, 8);
        using var labels = tensor(Enumerable.Range(0, 16).Select(i => i % 4L).ToArray());
        using var network = Sequential(Conv2d(1, 8, 3, padding: 1), BatchNorm2d(8), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.1), Linear(128, 4));
        using var optimizer = optim.AdamW(network.parameters(), 0.01);
        using var loss = CrossEntropyLoss();
        double first = 0, last = 0;
        for (var step = 0; step < 60; step++)
        {
            using var scope = NewDisposeScope();
            network.zero_grad();
            var l = loss.call(network.call(images), labels);
            l.backward();
            nn.utils.clip_grad_norm_(network.parameters(), 1);
            optimizer.step();
            last = l.item<float>();
            if (step == 0) first = last;
        }
        Assert.True(last < 0.2 * first, $"{first} -> {last}");
        network.eval();
        using (NewDisposeScope())
            Assert.True((network.call(images).argmax(1) == labels).all().item<bool>());
    }

    private static void Step(OptimizerHelper optimizer, Parameter parameter, float gradient)
    {
        parameter.grad = full([4], gradient);
        optimizer.step();
    }
}
