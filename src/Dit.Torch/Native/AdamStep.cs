using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dit.Torch.Native;

/// <summary>A step of Adam or AdamW for parameters that have made equally many.</summary>
/// <remarks>A <see cref="CudaGraph"/> records it with its numbers on the device, where they are written anew before each replay.</remarks>
internal static class AdamStep
{
    private const long NumbersSize = 40;   // bytes of AdamWStep, which the operator checks

    /// <param name="parameters">What is trained.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">The means of those.</param>
    /// <param name="squares">The means of their squares.</param>
    /// <param name="peaks">The greatest of these so far, or nothing.</param>
    /// <param name="companions">What goes along with the step; nothing while a graph is recorded.</param>
    /// <param name="followed">Whether the averages among it are of these parameters, too.</param>
    /// <param name="numbers">The numbers of the next step, as they are when it is made.</param>
    /// <param name="advance">What counts the step.</param>
    internal static void Run(Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor[] peaks,
        StepCompanions companions, bool followed, Func<AdamNumbers> numbers, Action advance)
    {
        if (CudaGraph.Capturing is not { } graph)
        {
            var n = numbers();
            var (shadows, decays) = companions.Take(parameters, followed);
            Operator.CallVoid("dit::adamw_.alongside", parameters, gradients, means, squares, peaks, companions.Norm, companions.MaxNorm, shadows, decays,
                n.Step, n.LearningRate, n.Beta1, n.Beta2, n.Eps, n.WeightDecay, peaks.Length > 0, n.Decoupled);
            advance();
            return;
        }

        var prepared = empty(NumbersSize, ScalarType.Byte, parameters[0].device);
        Operator.CallVoid("dit::adamw_.prepared", parameters, gradients, means, squares, peaks, prepared);
        graph.BeforeReplay(
            () =>
            {
                var n = numbers();
                Operator.CallVoid("dit::adamw_step_", prepared, n.Step, n.LearningRate, n.Beta1, n.Beta2, n.Eps, n.WeightDecay, n.Decoupled);
                advance();
            },
            prepared);
    }
}

/// <summary>The numbers of one step, which counts from 1.</summary>
internal readonly record struct AdamNumbers(long Step, double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, bool Decoupled);
