namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function keeps between forward and backward.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> data = [];
            private readonly List<Tensor> constant = [];
            private List<(long[] Shape, ScalarType Type, Device Device)> outputs = [];
            private List<Tensor> saved = [];

            internal AutogradContext() { }

            /// <summary>Whether missing gradients of results are given to backward as zeros.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            /// <summary>Keeps tensors for backward.</summary>
            public void save_for_backward(List<Tensor> tensors) => saved = [.. tensors.Select(t => t is null ? null! : t.alias())];

            /// <summary>The tensors kept for backward.</summary>
            public List<Tensor> get_saved_variables() => [.. saved];

            /// <summary>Keeps any object for backward.</summary>
            public void save_data(string key, object value) => data[key] = value;

            /// <summary>An object kept for backward.</summary>
            public object get_data(string key) => data[key];

            /// <summary>Says that results have no gradient.</summary>
            public void mark_non_differentiable(List<Tensor> tensors) => constant.AddRange(tensors);

            /// <summary>Sets whether missing gradients are given to backward as zeros.</summary>
            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <inheritdoc/>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Frees the kept tensors.</summary>
            protected virtual void Dispose(bool disposing)
            {
                foreach (var tensor in saved) tensor?.Dispose();
                saved = [];
            }

            /// <summary>Takes the kept tensors out of the scopes of forward: the graph owns them now.</summary>
            internal void Keep()
            {
                foreach (var tensor in saved) tensor?.DetachFromDisposeScope();
            }

            internal bool IsDifferentiable(Tensor output) => is_floating_point(output.dtype) && !constant.Any(c => ReferenceEquals(c, output));

            internal void SetOutputs(List<Tensor> results) => outputs = [.. results.Select(t => (t.shape, t.dtype, t.device))];

            internal Tensor ZeroGradient(int index) => zeros(outputs[index].Shape, outputs[index].Type, outputs[index].Device);
        }
    }
}
