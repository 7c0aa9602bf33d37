using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Owns the tensors created on its thread while it is the innermost scope, and disposes them with itself.</summary>
/// <remarks>Made by <see cref="torch.NewDisposeScope"/>. Results leave by <see cref="Tensor.MoveToOuterDisposeScope"/> or <see cref="Tensor.DetachFromDisposeScope"/>.</remarks>
public sealed class DisposeScope : IDisposable
{
    // Holes (null) are left where a disposable went away; a tensor knows its own place.
    private readonly List<IDisposable?> disposables = [];
    private readonly DisposeScopeManager manager;
    private int count;
    private bool disposed;

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer)
    {
        this.manager = manager;
        Outer = outer;
    }

    internal DisposeScope? Outer { get; }

    /// <summary>What the scope owns now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => disposables.OfType<IDisposable>().ToArray();

    /// <summary>How many objects the scope owns now.</summary>
    public int DisposablesCount => count;

    /// <summary>Whether the scope owns an object.</summary>
    public bool Contains(IDisposable disposable) => IndexOf(disposable) >= 0;

    /// <summary>Gives an object to this scope, taking it from the one that owns it.</summary>
    public void Attach(IDisposable disposable)
    {
        if (disposable is Tensor tensor)
        {
            if (ReferenceEquals(tensor.OwningDisposeScope, this)) return;
            tensor.OwningDisposeScope?.Remove(tensor);
            manager.Statistics_.TensorStatistics.AttachedToScopeCount++;
        }
        else if (Contains(disposable))
        {
            return;
        }
        Add(disposable);
    }

    /// <summary>Gives objects to this scope.</summary>
    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    /// <summary>Gives objects to this scope.</summary>
    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var all = disposables.ToArray();
        foreach (var disposable in all) Attach(disposable);
        return all;
    }

    /// <summary>Takes an object out of this scope; its holder disposes it from then on.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (Remove(disposable) && disposable is Tensor) manager.Statistics_.TensorStatistics.DetachedFromScopeCount++;
        return disposable;
    }

    /// <summary>Takes objects out of this scope.</summary>
    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    /// <summary>Takes objects out of this scope.</summary>
    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    /// <summary>Takes objects out of this scope.</summary>
    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    /// <summary>Takes objects out of this scope.</summary>
    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) Detach<IDisposable>(disposable);
    }

    /// <summary>Moves an object to the scope around this one, or out of all scopes when there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(Outer, disposable);

    /// <summary>Moves objects to the scope around this one.</summary>
    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    /// <summary>Moves objects to the scope around this one.</summary>
    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    /// <summary>Moves objects to the scope around this one.</summary>
    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(Outer, disposables);

    /// <summary>Moves objects to the scope around this one.</summary>
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(Outer, disposables);

    /// <summary>Moves an object to another scope, or out of all scopes (null).</summary>
    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (scope is null) return Detach(disposable);
        if (Remove(disposable)) scope.Add(disposable);
        return disposable;
    }

    /// <summary>Moves objects to another scope.</summary>
    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second));

    /// <summary>Moves objects to another scope.</summary>
    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    /// <summary>Moves objects to another scope.</summary>
    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    /// <summary>Moves objects to another scope.</summary>
    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables) MoveToOther<IDisposable>(scope, disposable);
    }

    /// <summary>Disposes what the scope owns now; the scope stays in use.</summary>
    public void DisposeEverything()
    {
        // From the last to the first; disposing one may take others out, never put any in.
        for (var i = disposables.Count - 1; i >= 0; i--)
        {
            if (i >= disposables.Count || disposables[i] is not { } disposable) continue;
            disposables[i] = null;
            if (disposable is Tensor tensor)
            {
                tensor.OwningDisposeScope = null;
                manager.Statistics_.TensorStatistics.CountDisposed(inScope: true);
                tensor.DisposeFromScope();
            }
            else
            {
                disposable.Dispose();
            }
        }
        disposables.Clear();
        count = 0;
    }

    /// <summary>Disposes what the scope owns now, but for some objects.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var kept = inKeep.Where(k => Remove(k)).ToArray();
        DisposeEverything();
        foreach (var disposable in kept) Add(disposable);
    }

    /// <summary>Disposes what the scope owns now, but for some objects.</summary>
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Disposes what the scope owns now, but for one object.</summary>
    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    /// <summary>Disposes what the scope owns now, but for two objects.</summary>
    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut([first, second]);
        return (first, second);
    }

    /// <summary>Disposes what the scope owns now, but for three objects.</summary>
    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut([first, second, third]);
        return (first, second, third);
    }

    /// <summary>Tells the scope that an object disposed itself.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (Remove(disposable) && disposable is Tensor) manager.Statistics_.TensorStatistics.CountDisposed(inScope: true);
    }

    /// <summary>Disposes what the scope owns and makes the scope around it the innermost again.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        DisposeEverything();
        manager.Remove(this);
    }

    internal void Add(IDisposable disposable)
    {
        if (disposable is Tensor tensor)
        {
            tensor.OwningDisposeScope = this;
            tensor.DisposeScopeIndex = disposables.Count;
        }
        disposables.Add(disposable);
        count++;
    }

    private bool Remove(IDisposable disposable)
    {
        var index = IndexOf(disposable);
        if (index < 0) return false;
        var last = CollectionsMarshal.AsSpan(disposables);
        last[index] = null;
        count--;
        while (disposables.Count > 0 && disposables[^1] is null) disposables.RemoveAt(disposables.Count - 1);
        if (disposable is Tensor tensor) tensor.OwningDisposeScope = null;
        return true;
    }

    private int IndexOf(IDisposable disposable)
    {
        if (disposable is Tensor tensor) return ReferenceEquals(tensor.OwningDisposeScope, this) ? tensor.DisposeScopeIndex : -1;
        for (var i = disposables.Count - 1; i >= 0; i--) if (ReferenceEquals(disposables[i], disposable)) return i;
        return -1;
    }
}
