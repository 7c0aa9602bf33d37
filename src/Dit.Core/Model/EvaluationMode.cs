using static TorchSharp.torch;

namespace Dit.Core;

/// <summary>Puts a network into evaluation mode, and on disposal each of its modules back into the mode that it was in.</summary>
public sealed class EvaluationMode : IDisposable
{
    private readonly (nn.Module Module, bool Training)[] _modes;

    private EvaluationMode((nn.Module, bool)[] modes) => _modes = modes;

    /// <summary>Puts a network and all its parts into evaluation mode until the result is disposed.</summary>
    /// <param name="network">The network.</param>
    /// <returns>Null where there is nothing to do, as with averaged weights.</returns>
    public static EvaluationMode? Of(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (nn.Module Module, bool Training)[] modes = [.. network.modules().Prepend(network).Select(module => (module, module.training))];
        if (!Array.Exists(modes, mode => mode.Training)) return null;
        network.eval();
        return new(modes);
    }

    /// <summary>Puts each module back into the mode it was in.</summary>
    public void Dispose()
    {
        // Parents come before their children, so a child's own mode has the last word.
        foreach (var (module, training) in _modes)
            if (module.training != training)
                module.train(training);
    }
}
