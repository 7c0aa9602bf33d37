namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The parameters and the persistent buffers by path: the tensors themselves, not copies.</summary>
            /// <param name="destination">Where to add them; null makes a new dictionary.</param>
            /// <param name="prefix">What to put, with a dot, before each path.</param>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var path = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (key, parameter) in named_parameters()) destination.TryAdd(path + key, parameter);
                foreach (var (key, buffer) in named_buffers(include_nonpersistent: false)) destination.TryAdd(path + key, buffer);
                foreach (var (key, child) in named_children()) child.state_dict(destination, path + key);
                return destination;
            }

            /// <summary>Copies tensors into the parameters and buffers of the same paths, all or none.</summary>
            /// <param name="source">The tensors by path; element types are converted, shapes must match.</param>
            /// <param name="strict">Whether the paths must be exactly those of <see cref="state_dict"/>.</param>
            /// <param name="skip">Paths to leave alone on both sides.</param>
            /// <returns>The paths the source lacks and those the module lacks (both empty if strict).</returns>
            /// <exception cref="InvalidOperationException">The paths do not fit (strict).</exception>
            /// <exception cref="ArgumentException">A tensor has another shape than the module's.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(source);
                var target = state_dict();
                foreach (var key in skip ?? []) target.Remove(key);
                var offered = source.Where(s => skip is null || !skip.Contains(s.Key)).ToList();

                var missing = target.Keys.Where(key => !source.ContainsKey(key)).ToList();
                var unexpected = offered.Where(s => !target.ContainsKey(s.Key)).Select(s => s.Key).ToList();
                var matched = offered.Where(s => target.ContainsKey(s.Key)).ToList();
                var misshapen = matched.Where(s => !s.Value.shape.AsSpan().SequenceEqual(target[s.Key].shape))
                    .Select(s => $"{s.Key}: source {Shape(s.Value)}, module {Shape(target[s.Key])}").ToList();

                var isIncomplete = strict && (missing.Count > 0 || unexpected.Count > 0);
                if (isIncomplete || misshapen.Count > 0)
                {
                    var message = $"The state does not fit {GetName()}: " +
                        $"{Listed(missing, "missing")}, {Listed(unexpected, "unexpected")}, {Listed(misshapen, "misshapen")}.";
                    throw isIncomplete ? new InvalidOperationException(message) : new ArgumentException(message, nameof(source));
                }

                using (no_grad())
                    foreach (var (key, value) in matched)
                        target[key].copy_(value);
                return (missing, unexpected);
            }

            private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

            private static string Listed(List<string> keys, string what)
            {
                const int shown = 5;
                if (keys.Count == 0) return $"0 {what}";
                return $"{keys.Count} {what} ({string.Join("; ", keys.Take(shown))}{(keys.Count > shown ? "; ..." : "")})";
            }
        }
    }
}
