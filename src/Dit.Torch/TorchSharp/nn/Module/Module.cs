namespace TorchSharp;

public static partial class torch
{
    /// <summary>Neural-network modules, their functional forms, initialisers and utilities.</summary>
    public static partial class nn
    {
        /// <summary>Base class of all modules: named parameters, buffers and submodules, with a training mode.</summary>
        /// <remarks>A constructor ends with <see cref="RegisterComponents"/>, which registers every field under its name.
        /// Parameters and buffers belong to the module, not to a dispose scope, and are freed with it.</remarks>
        public partial class Module : IDisposable
        {
            /// <summary>The name given at construction, usually the class's.</summary>
            protected string? name;

            private bool isTraining = true;
            private bool isDisposed;

            /// <summary>Creates a module without components.</summary>
            /// <param name="name">Its name, as <see cref="GetName"/> returns it.</param>
            protected Module(string name) => this.name = name;

            /// <summary>Whether a call does more than <c>forward</c>.</summary>
            internal virtual bool HasHooks => false;

            /// <summary>Whether the module is in training mode (a new module is).</summary>
            public virtual bool training => isTraining;

            /// <summary>The module's name.</summary>
            public virtual string GetName() => name ?? GetType().Name;

            /// <summary>Sets training mode on this module and everything below it.</summary>
            /// <param name="train">False for evaluation mode.</param>
            public virtual void train(bool train = true)
            {
                isTraining = train;
                foreach (var (_, child) in named_children()) child.train(train);
            }

            /// <summary>Sets evaluation mode on this module and everything below it.</summary>
            public virtual void eval() => train(false);

            /// <summary>Calls a function with every submodule, the deepest first, and then with this module.</summary>
            /// <param name="fn">The function, for instance an initialiser.</param>
            /// <returns>This module.</returns>
            public virtual Module apply(Action<Module> fn)
            {
                ArgumentNullException.ThrowIfNull(fn);
                foreach (var (_, child) in named_children()) child.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>Clears the gradients of all parameters.</summary>
            /// <param name="set_to_none">True drops them, which is cheaper; false fills them with zeros.</param>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    if (set_to_none)
                    {
                        parameter.grad = null;
                        continue;
                    }
                    using var gradient = parameter.grad;
                    gradient?.zero_();
                }
            }

            /// <summary>Frees the parameters, the buffers and all submodules. A second call does nothing.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Frees what the module owns.</summary>
            /// <param name="disposing">True when called from <see cref="Dispose()"/>.</param>
            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || isDisposed) return;
                isDisposed = true;
                foreach (var (buffer, _) in ownBuffers.Values) buffer.Dispose();
                foreach (var parameter in ownParameters.Values) parameter.Dispose();
                foreach (var child in ownModules.Values) child.Dispose();
            }
        }
    }
}
