using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The parameters with their paths, in the order of registration, each once.</summary>
            /// <param name="recurse">False gives only those of this module itself.</param>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, parameter) in ownParameters)
                    if (seen.Add(parameter))
                        yield return (key, parameter);
                if (!recurse) yield break;
                foreach (var (child, module) in ownModules)
                    foreach (var (key, parameter) in module.named_parameters(true))
                        if (seen.Add(parameter))
                            yield return ($"{child}.{key}", parameter);
            }

            /// <summary>The buffers with their paths, in the order of registration, each once.</summary>
            /// <param name="recurse">False gives only those of this module itself.</param>
            /// <param name="include_nonpersistent">False leaves out the buffers that are no part of the state.</param>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach (var (key, (buffer, persistent)) in ownBuffers)
                    if ((persistent || include_nonpersistent) && seen.Add(buffer))
                        yield return (key, buffer);
                if (!recurse) yield break;
                foreach (var (child, module) in ownModules)
                    foreach (var (key, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer))
                            yield return ($"{child}.{key}", buffer);
            }

            /// <summary>The direct submodules with their names.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children()
            {
                foreach (var (key, module) in ownModules) yield return (key, module);
            }

            /// <summary>All modules below this one with their paths, level by level within each branch; this module is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in named_children()) yield return child;
                foreach (var (child, module) in named_children())
                    foreach (var (key, descendant) in module.named_modules())
                        yield return ($"{child}.{key}", descendant);
            }

            /// <summary>The parameters, in the order of registration, each once.</summary>
            /// <param name="recurse">False gives only those of this module itself.</param>
            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            /// <summary>The buffers, in the order of registration, each once.</summary>
            /// <param name="recurse">False gives only those of this module itself.</param>
            /// <param name="include_nonpersistent">False leaves out the buffers that are no part of the state.</param>
            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            /// <summary>The direct submodules.</summary>
            public virtual IEnumerable<Module> children() => named_children().Select(c => c.module);

            /// <summary>All modules below this one.</summary>
            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            /// <summary>The parameter at a path, or null.</summary>
            /// <param name="target">The path, for instance <c>blocks.0.mlp.fc1.weight</c>.</param>
            public virtual Parameter? get_parameter(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                if (ownParameters.TryGetValue(target, out var parameter)) return parameter;
                return Descend(target, out var rest)?.get_parameter(rest);
            }

            /// <summary>The buffer at a path, or null.</summary>
            /// <param name="target">The path.</param>
            public virtual Tensor? get_buffer(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                if (ownBuffers.TryGetValue(target, out var buffer)) return buffer.tensor;
                return Descend(target, out var rest)?.get_buffer(rest);
            }

            /// <summary>Whether there is a parameter at a path.</summary>
            /// <param name="target">The path.</param>
            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            /// <summary>Whether there is a buffer at a path.</summary>
            /// <param name="target">The path.</param>
            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            private Module? Descend(string target, out string rest)
            {
                var dot = target.IndexOf('.', StringComparison.Ordinal);
                rest = dot < 0 ? "" : target[(dot + 1)..];
                return dot >= 0 && ownModules.TryGetValue(target[..dot], out var child) ? child : null;
            }
        }
    }
}
