using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>The stack of dispose scopes of the current thread.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Each scope ends with its own using; the stack only knows the innermost.")]
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? current;

    private DisposeScope? innermost;

    internal static DisposeScopeManager Current => current ??= new DisposeScopeManager();

    internal DisposeScope? Innermost => innermost;

    internal ThreadDisposeScopeStatistics Statistics_ { get; } = new();

    /// <summary>Counts of the tensors made and disposed on the current thread.</summary>
    public static ThreadDisposeScopeStatistics Statistics => Current.Statistics_;

    /// <summary>Makes a scope the innermost one of the current thread.</summary>
    internal static DisposeScope NewScope()
    {
        var manager = Current;
        return manager.innermost = new DisposeScope(manager, manager.innermost);
    }

    /// <summary>Puts a new tensor into the innermost scope, if there is one.</summary>
    internal static void Register(Tensor tensor)
    {
        var manager = Current;
        var statistics = manager.Statistics_.TensorStatistics;
        if (manager.innermost is { } scope)
        {
            statistics.CountCreated(inScope: true);
            scope.Add(tensor);
        }
        else
        {
            statistics.CountCreated(inScope: false);
        }
    }

    internal static void CountDisposedOutside() => Current.Statistics_.TensorStatistics.CountDisposed(inScope: false);

    internal void Remove(DisposeScope scope)
    {
        // Scopes end in any order; what lies inside an ended scope ends with it.
        for (var s = innermost; s is not null; s = s.Outer)
        {
            if (!ReferenceEquals(s, scope)) continue;
            while (!ReferenceEquals(innermost, scope)) innermost!.Dispose();
            innermost = scope.Outer;
            return;
        }
    }
}
