namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The format of TorchSharp's .dat files: the number of entries (LEB128), then for each its name (a .NET binary string) and its tensor.
        public partial class Module
        {
            /// <summary>Creates a module and loads its state from a file.</summary>
            /// <typeparam name="T">The module's class.</typeparam>
            /// <param name="path">A file that <see cref="save(string, IList{string})"/> wrote.</param>
            public static Module Create<T>(string path) where T : Module, new() => new T().load(path);

            /// <summary>Writes the state to a file.</summary>
            /// <param name="location">The file's path.</param>
            /// <param name="skip">Paths to leave out.</param>
            public Module save(string location, IList<string>? skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            /// <summary>Writes the state to a stream, which stays open.</summary>
            /// <param name="stream">The stream.</param>
            /// <param name="skip">Paths to leave out.</param>
            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            /// <summary>Writes the state.</summary>
            /// <param name="writer">The writer.</param>
            /// <param name="skip">Paths to leave out.</param>
            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Writes a state.</summary>
            /// <param name="writer">The writer.</param>
            /// <param name="sd">The tensors by path.</param>
            /// <param name="skip">Paths to leave out.</param>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(writer);
                ArgumentNullException.ThrowIfNull(sd);
                var entries = sd.Where(entry => skip is null || !skip.Contains(entry.Key)).ToList();
                writer.Write7BitEncodedInt64(entries.Count);
                foreach (var (key, tensor) in entries)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            /// <summary>Reads the state from a file.</summary>
            /// <param name="location">The file's path.</param>
            /// <param name="strict">Whether the paths must be exactly those of the module.</param>
            /// <param name="skip">Paths to leave alone.</param>
            /// <param name="loadedParameters">Receives for every path of the module whether it was loaded.</param>
            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            /// <summary>Reads the state from a stream, which stays open.</summary>
            /// <param name="stream">The stream.</param>
            /// <param name="strict">Whether the paths must be exactly those of the module.</param>
            /// <param name="skip">Paths to leave alone.</param>
            /// <param name="loadedParameters">Receives for every path of the module whether it was loaded.</param>
            public Module load(Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return load(reader, strict, skip, loadedParameters);
            }

            /// <summary>Reads the state.</summary>
            /// <param name="reader">The reader.</param>
            /// <param name="strict">Whether the paths must be exactly those of the module.</param>
            /// <param name="skip">Paths to leave alone.</param>
            /// <param name="loadedParameters">Receives for every path of the module whether it was loaded.</param>
            /// <exception cref="InvalidOperationException">The paths do not fit (strict).</exception>
            /// <exception cref="ArgumentException">A tensor has another shape than the module's.</exception>
            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                ArgumentNullException.ThrowIfNull(reader);
                using var scope = NewDisposeScope();
                var count = reader.Read7BitEncodedInt64();
                var source = new Dictionary<string, Tensor>();
                for (long i = 0; i < count; i++)
                {
                    var key = reader.ReadString();
                    source[key] = TensorExtensionMethods.Load(reader);
                }
                load_state_dict(source, strict, skip);
                if (loadedParameters is not null)
                    foreach (var key in state_dict().Keys)
                        loadedParameters[key] = source.ContainsKey(key) && skip?.Contains(key) != true;
                return this;
            }
        }
    }
}
