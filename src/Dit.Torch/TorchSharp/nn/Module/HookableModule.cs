namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A module whose calls can be observed and changed by hooks.</summary>
        /// <typeparam name="TPreHook">A function called before <c>forward</c> that may replace the input.</typeparam>
        /// <typeparam name="TPostHook">A function called after it that may replace the result.</typeparam>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            private protected readonly OrderedDictionary<string, TPreHook> preHooks = [];
            private protected readonly OrderedDictionary<string, TPostHook> postHooks = [];
            private readonly OrderedDictionary<string, Action<Module>> modulePreHooks = [];
            private readonly OrderedDictionary<string, Action<Module>> modulePostHooks = [];

            /// <summary>Creates the module.</summary>
            /// <param name="name">Its name.</param>
            protected HookableModule(string name) : base(name) { }

            /// <summary>Adds a function to call after <c>forward</c>.</summary>
            /// <param name="hook">The function; what it returns, unless null, becomes the result.</param>
            public HookRemover register_forward_hook(TPostHook hook) => Add(postHooks, hook);

            /// <summary>Adds a function to call after <c>forward</c>.</summary>
            /// <param name="hook">The function.</param>
            public HookRemover register_forward_hook(Action<Module> hook) => Add(modulePostHooks, hook);

            /// <summary>Adds a function to call before <c>forward</c>.</summary>
            /// <param name="hook">The function; what it returns, unless null, becomes the input.</param>
            public HookRemover register_forward_pre_hook(TPreHook hook) => Add(preHooks, hook);

            /// <summary>Adds a function to call before <c>forward</c>.</summary>
            /// <param name="hook">The function.</param>
            public HookRemover register_forward_pre_hook(Action<Module> hook) => Add(modulePreHooks, hook);

            internal sealed override bool HasHooks => preHooks.Count + postHooks.Count + modulePreHooks.Count + modulePostHooks.Count > 0;

            private protected void Before()
            {
                foreach (var hook in modulePreHooks.Values) hook(this);
            }

            private protected void After()
            {
                foreach (var hook in modulePostHooks.Values) hook(this);
            }

            private HookRemover Add<THook>(OrderedDictionary<string, THook> hooks, THook hook)
            {
                ArgumentNullException.ThrowIfNull(hook);
                var key = Guid.NewGuid().ToString();
                hooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            /// <summary>Takes a hook away again.</summary>
            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> module;
                private readonly string key;

                /// <summary>Made by the methods that register a hook.</summary>
                /// <param name="module">The module.</param>
                /// <param name="key">The hook's key.</param>
                public HookRemover(HookableModule<TPreHook, TPostHook> module, string key) => (this.module, this.key) = (module, key);

                /// <summary>Takes the hook away; a second call does nothing.</summary>
                public void remove()
                {
                    module.preHooks.Remove(key);
                    module.postHooks.Remove(key);
                    module.modulePreHooks.Remove(key);
                    module.modulePostHooks.Remove(key);
                }
            }
        }
    }
}
