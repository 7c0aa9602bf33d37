using Dit.Torch;
using static TorchSharp.torch;

namespace Dit.Core.Tests;

public sealed class FusedTrainingTests
{
    [Fact]
    public void Losses_agree_with_those_of_the_plain_compositions_over_200_steps()
    {
        var enabled = FusedOps.Enabled;
        try
        {
            FusedOps.Enabled = false;
            var plain = Losses();
            FusedOps.Enabled = enabled;
            var fused = Losses();
            Assert.True(plain[^20..].Average() < 0.9 * plain[..20].Average(), "Nothing was learned.");
            Assert.All(fused.Zip(plain), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
            if (enabled) Assert.NotEqual(plain, fused);                                       // the switch does switch
        }
        finally
        {
            FusedOps.Enabled = enabled;
        }
    }

    private static float[] Losses()
    {
        using var scope = NewDisposeScope();
        using var draws = new Generator(7);
        var config = new DitConfig { ImageSize = 10, Channels = 1, PatchSize = 2, Width = 48, Depth = 2, Heads = 3, Classes = 3 };     // 25 tokens
        using var model = new DitModel(config, draws);
        using var optimizer = optim.AdamW(model.parameters(), lr: 1e-3);
        var images = randn([6, 1, 10, 10], generator: draws);                                 // [B, C, H, W]
        var labels = arange(6, dtype: int64).remainder(3);                                    // [B]
        var losses = new float[200];
        for (var step = 0; step < losses.Length; step++)
        {
            using var each = NewDisposeScope();
            var t = rand([6], generator: draws);                                              // [B]
            var noise = randn(images.shape, generator: draws);                                // [B, C, H, W]
            var level = t.view(-1, 1, 1, 1);
            var velocity = model.forward(images + level * (noise - images), t * 1000, labels, dropped: null);
            var loss = nn.functional.mse_loss(velocity, noise - images);
            optimizer.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step();
            losses[step] = loss.item<float>();
        }
        return losses;
    }
}
