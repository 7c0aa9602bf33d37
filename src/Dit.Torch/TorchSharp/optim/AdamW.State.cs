using static TorchSharp.torch;

namespace TorchSharp.Modules;

public partial class AdamW
{
    /// <summary>What the optimizer keeps of a parameter.</summary>
    public sealed class State : OptimizerState, IDisposable
    {
        /// <summary>How many steps were made.</summary>
        public long step;

        /// <summary>The mean of the gradients.</summary>
        public Tensor exp_avg = null!;

        /// <summary>The mean of their squares.</summary>
        public Tensor exp_avg_sq = null!;

        /// <summary>The greatest mean of squares so far, or null.</summary>
        public Tensor? max_exp_avg_sq;

        /// <summary>Creates the state, empty before <see cref="Initialize"/>.</summary>
        /// <param name="parameter">The parameter.</param>
        public State(Parameter parameter) : base(parameter) { }

        /// <inheritdoc/>
        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Keep(ref exp_avg, Zeros());
            Keep(ref exp_avg_sq, Zeros());
            Keep(ref max_exp_avg_sq, ((Options)options).amsgrad == true ? Zeros() : null);
        }

        /// <inheritdoc/>
        public override void SaveStateDict(BinaryWriter writer)
        {
            ArgumentNullException.ThrowIfNull(writer);
            writer.Write(step);
            exp_avg.Save(writer);
            exp_avg_sq.Save(writer);
            SaveConditionalStateTensor(writer, max_exp_avg_sq);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(BinaryReader reader)
        {
            ArgumentNullException.ThrowIfNull(reader);
            step = reader.ReadInt64();
            Keep(ref exp_avg, ReadTensor(reader));
            Keep(ref exp_avg_sq, ReadTensor(reader));
            LoadConditionalStateTensor(reader, ref max_exp_avg_sq, _parameter.device);
        }

        /// <inheritdoc/>
        public override void LoadStateDict(OptimizerState source)
        {
            var other = As<State>(source);
            step = other.step;
            Keep(ref exp_avg, Copy(other.exp_avg));
            Keep(ref exp_avg_sq, Copy(other.exp_avg_sq));
            Keep(ref max_exp_avg_sq, Copy(other.max_exp_avg_sq));
        }

        /// <inheritdoc/>
        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State state && step == state.step && Close(exp_avg, state.exp_avg) && Close(exp_avg_sq, state.exp_avg_sq) &&
            Close(max_exp_avg_sq, state.max_exp_avg_sq);

        /// <inheritdoc/>
        public override void to(Device device)
        {
            Keep(ref exp_avg, exp_avg.to(device));
            Keep(ref exp_avg_sq, exp_avg_sq.to(device));
            if (max_exp_avg_sq is not null) Keep(ref max_exp_avg_sq, max_exp_avg_sq.to(device));
        }

        /// <summary>Frees the tensors.</summary>
        public void Dispose()
        {
            exp_avg.Dispose();
            exp_avg_sq.Dispose();
            max_exp_avg_sq?.Dispose();
        }
    }
}
