using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class SGD
{
    /// <summary>What the optimizer keeps of a parameter.</summary>
    public sealed class State : OptimizerState, IDisposable
    {
        /// <summary>The momentum, or null before the first step with one.</summary>
        public Tensor? momentum_buffer;

        /// <summary>Creates the state.</summary>
        /// <param name="parameter">The parameter.</param>
        public State(Parameter parameter) : base(parameter) { }

        /// <inheritdoc/>
        public override void Initialize(OptimizerOptions options) => Keep(ref momentum_buffer, null);

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer) => SaveConditionalStateTensor(writer, momentum_buffer);

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader) => LoadConditionalStateTensor(reader, ref momentum_buffer, _parameter.device);

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerState source) => Keep(ref momentum_buffer, Copy(As<State>(source).momentum_buffer));

        /// <inheritdoc/>
        public override bool ApproximatelyEquals(OptimizerState other) => other is State state && Close(momentum_buffer, state.momentum_buffer);

        /// <inheritdoc/>
        public override void to(Device device) => Keep(ref momentum_buffer, momentum_buffer?.to(device));

        /// <summary>Frees the tensor.</summary>
        public void Dispose() => momentum_buffer?.Dispose();

        /// <summary>Takes a gradient into the momentum; the first one as it is.</summary>
        internal Tensor Accumulate(Tensor gradient, double momentum, double share)
        {
            if (momentum_buffer is null) Keep(ref momentum_buffer, gradient.clone());
            else momentum_buffer.mul_(momentum).add_(gradient, alpha: share);
            return momentum_buffer!;
        }
    }
}
