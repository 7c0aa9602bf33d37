using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private const BindingFlags InstanceFields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

            private readonly OrderedDictionary<string, Parameter> ownParameters = [];
            private readonly OrderedDictionary<string, (Tensor tensor, bool persistent)> ownBuffers = [];
            private readonly OrderedDictionary<string, Module> ownModules = [];
            private bool isRegistered;

            /// <summary>Registers every field that holds a module, a parameter or a tensor (a buffer) under the field's name.</summary>
            /// <remarks>Fields that are null now, and lists of modules, are not registered: use <see cref="ModuleList{T}"/> or
            /// <see cref="register_module"/>. <see cref="ComponentNameAttribute"/> gives a field another name.</remarks>
            protected virtual void RegisterComponents()
            {
                if (isRegistered) return;
                isRegistered = true;
                foreach (var field in Fields(GetType()))
                {
                    var key = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                    if (ownModules.ContainsKey(key) || ownParameters.ContainsKey(key) || ownBuffers.ContainsKey(key)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(key, module); break;
                        case Parameter parameter: register_parameter(key, parameter); break;
                        case Tensor tensor: register_buffer(key, tensor); break;
                    }
                }
            }

            /// <summary>Registers a submodule.</summary>
            /// <param name="name">Its key, without a dot.</param>
            /// <param name="submodule">The module; null removes the key.</param>
            /// <exception cref="ArgumentException">The name is empty or holds a dot.</exception>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    ownModules.Remove(name);
                    return;
                }
                CheckName(name);
                if (ReferenceEquals(submodule, this)) throw new ArgumentException("A module cannot contain itself.", nameof(submodule));
                submodule.RegisterComponents();
                if (!ownModules.TryAdd(name, submodule)) throw new InvalidOperationException($"Sub-module '{name}' is already registered.");
            }

            /// <summary>Registers a submodule: another name of <see cref="register_module"/>.</summary>
            /// <param name="name">Its key, without a dot.</param>
            /// <param name="module">The module.</param>
            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Registers a parameter and takes it out of its dispose scope.</summary>
            /// <param name="name">Its key, without a dot.</param>
            /// <param name="param">The parameter.</param>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_parameter(string name, Parameter param)
            {
                CheckName(name);
                ArgumentNullException.ThrowIfNull(param);
                if (!ownParameters.TryAdd(name, param)) throw new InvalidOperationException($"Parameter '{name}' is already registered.");
                param.DetachFromDisposeScope();
            }

            /// <summary>Registers a tensor that is part of the module's state without being trained, and takes it out of its dispose scope.</summary>
            /// <param name="name">Its key, without a dot.</param>
            /// <param name="tensor">The tensor.</param>
            /// <param name="persistent">False leaves it out of <see cref="state_dict"/>.</param>
            /// <exception cref="InvalidOperationException">The name is taken.</exception>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                CheckName(name);
                ArgumentNullException.ThrowIfNull(tensor);
                if (!ownBuffers.TryAdd(name, (tensor, persistent))) throw new InvalidOperationException($"Buffer '{name}' is already registered.");
                tensor.DetachFromDisposeScope();
            }

            /// <summary>Registers, replaces or (null) removes a parameter.</summary>
            /// <param name="name">Its key.</param>
            /// <param name="value">The parameter, or null.</param>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    ownParameters.Remove(name);
                    return;
                }
                ownParameters[name] = value;
                value.DetachFromDisposeScope();
            }

            /// <summary>Registers, replaces or (null) removes a buffer.</summary>
            /// <param name="name">Its key.</param>
            /// <param name="value">The tensor, or null.</param>
            /// <param name="persistent">False leaves it out of <see cref="state_dict"/>.</param>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    ownBuffers.Remove(name);
                    return;
                }
                ownBuffers[name] = (value, persistent);
                value.DetachFromDisposeScope();
            }

            /// <summary>Replaces all submodules: for the containers, whose keys follow their contents.</summary>
            private protected void ResetModules(IEnumerable<(string name, Module module)> modules)
            {
                ownModules.Clear();
                foreach (var (key, module) in modules) register_module(key, module);
            }

            /// <summary>Replaces all parameters: for the containers, whose keys follow their contents.</summary>
            private protected void ResetParameters(IEnumerable<(string name, Parameter parameter)> parameters)
            {
                ownParameters.Clear();
                foreach (var (key, parameter) in parameters) register_parameter(key, parameter);
            }

            /// <summary>Sets a parameter property of a module: frees what was there and registers the new one.</summary>
            private protected void Replace(ref Parameter? field, Parameter? value, string name)
            {
                if (ReferenceEquals(field, value)) return;
                field?.Dispose();
                field = value;
                ConditionallyRegisterParameter(name, value);
            }

            private static IEnumerable<FieldInfo> Fields(Type type)
            {
                var seen = new HashSet<RuntimeFieldHandle>();
                for (Type? level = type; level is not null && level != typeof(Module); level = level.BaseType)
                    foreach (var field in level.GetFields(InstanceFields))
                        if (seen.Add(field.FieldHandle))
                            yield return field;
            }

            private static void CheckName(string name)
            {
                ArgumentException.ThrowIfNullOrEmpty(name);
                if (name.Contains('.', StringComparison.Ordinal))
                    throw new ArgumentException($"A component's name cannot hold a dot, which separates the levels of a path: '{name}'.", nameof(name));
            }
        }
    }
}
