using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Modules called one after the other.</summary>
        public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());

        /// <summary>Modules called one after the other.</summary>
        /// <param name="modules">The modules.</param>
        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

        /// <summary>Modules called one after the other.</summary>
        /// <param name="modules">The modules.</param>
        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());

        /// <summary>Modules called one after the other.</summary>
        /// <param name="modules">The modules and their names.</param>
        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

        /// <summary>Modules called one after the other.</summary>
        /// <param name="modules">The modules and their names.</param>
        public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules.ToArray());

        /// <summary>A list of modules.</summary>
        /// <param name="modules">The modules.</param>
        public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

        /// <summary>A list of modules.</summary>
        /// <typeparam name="T">Their class.</typeparam>
        /// <param name="modules">The modules.</param>
        public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);

        /// <summary>A dictionary of modules.</summary>
        /// <param name="modules">The keys and modules.</param>
        public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

        /// <summary>A dictionary of modules.</summary>
        /// <typeparam name="T">Their class.</typeparam>
        /// <param name="modules">The keys and modules.</param>
        public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
        {
            ArgumentNullException.ThrowIfNull(modules);
            var result = new ModuleDict<T>();
            foreach (var module in modules) result.Add(module);
            return result;
        }

        /// <summary>A list of parameters.</summary>
        /// <param name="parameters">The parameters.</param>
        public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);

        /// <summary>A dictionary of parameters.</summary>
        /// <param name="parameters">The keys and parameters.</param>
        public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
        {
            ArgumentNullException.ThrowIfNull(parameters);
            var result = new ParameterDict();
            foreach (var parameter in parameters) result.Add(parameter);
            return result;
        }
    }
}
