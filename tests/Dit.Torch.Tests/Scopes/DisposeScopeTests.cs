using TorchSharp;
using static TorchSharp.torch;

namespace Dit.Torch.Tests.Scopes;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it_and_nothing_else()
    {
        using var outside = ones(1);
        Tensor inside, moved, detached;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                inside = outside + 1;
                moved = (outside + 2).MoveToOuterDisposeScope();
                detached = (outside + 3).DetachFromDisposeScope();
            }
            Assert.True(inside.IsInvalid);
            Assert.False(moved.IsInvalid);
        }
        Assert.True(moved.IsInvalid);
        Assert.Equal(4, detached.item<float>());
        Assert.False(outside.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void Disposing_twice_does_nothing_and_use_afterwards_is_an_exception()
    {
        var t = ones(2);
        t.Dispose();
        t.Dispose();
        Assert.Throws<ObjectDisposedException>(() => t + 1);
        Assert.Throws<ObjectDisposedException>(() => t.shape);
    }

    [Fact]
    public void Attach_move_and_keep_change_the_owner()
    {
        using var t = ones(1);
        Tensor kept;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                inner.Attach(t);
                Assert.True(inner.Contains(t));
                inner.MoveToOther(outer, t);
                Assert.False(inner.Contains(t));
                kept = zeros(1);
                _ = zeros(1);
                Assert.Equal(2, inner.DisposablesCount);
                inner.DisposeEverythingBut(kept);
                Assert.Equal(1, inner.DisposablesCount);
                inner.MoveToOuter(kept);
            }
            Assert.Equal(2, outer.DisposablesCount);
        }
        Assert.True(t.IsInvalid);
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void An_inner_scope_left_open_ends_with_the_outer_one()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        var t = ones(1);
        outer.Dispose();
        Assert.True(t.IsInvalid);
        inner.Dispose();
        using var after = ones(1);
        Assert.False(after.IsInvalid);
    }

    [Fact]
    public void Statistics_count_what_lives_on_the_thread()
    {
        DisposeScopeManager.Statistics.Reset();
        using (NewDisposeScope())
        {
            for (var i = 0; i < 10; i++) ones(1).add_(1);
            Assert.Equal(10, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(10, DisposeScopeManager.Statistics.CreatedInScopeCount);
        Assert.Equal(10, DisposeScopeManager.Statistics.DisposedInScopeCount);
    }

    [Fact]
    public void Requires_grad_inside_a_scope_leaves_nothing_behind()
    {
        // TorchSharp issue 1057: the chain randn().requires_grad_() leaked its first tensor.
        DisposeScopeManager.Statistics.Reset();
        using (NewDisposeScope())
        {
            var x = randn(4).requires_grad_();
            (x * x).sum().backward();
            _ = x.grad!;
        }
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_scope_belongs_to_its_thread()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = ones(1));
        thread.Start();
        thread.Join();
        Assert.Equal(0, scope.DisposablesCount);
        other!.Dispose();
    }
}
