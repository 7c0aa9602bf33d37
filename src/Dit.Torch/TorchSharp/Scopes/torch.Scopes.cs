namespace TorchSharp;

public static partial class torch
{
    /// <summary>Opens a scope that disposes, at its end, the tensors made inside it on this thread.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.NewScope();

    /// <summary>The innermost scope of this thread, or null outside all scopes.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.Current.Innermost;

    /// <summary>Evaluates an expression in a scope of its own; only its result stays alive.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        ArgumentNullException.ThrowIfNull(expr);
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
