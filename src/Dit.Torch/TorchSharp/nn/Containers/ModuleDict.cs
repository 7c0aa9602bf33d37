using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A dictionary of modules in the order of their adding, each registered under its key.</summary>
/// <typeparam name="T">The class of the modules.</typeparam>
public class ModuleDict<T> : Module, IDictionary<string, T>, IList<(string, T)> where T : Module
{
    private readonly OrderedDictionary<string, T> contents = [];

    /// <summary>Creates an empty dictionary.</summary>
    public ModuleDict() : base(nameof(ModuleDict<T>)) { }

    /// <summary>The module of a key.</summary>
    /// <param name="key">The key.</param>
    public T this[string key]
    {
        get => contents[key];
        set => Change(all => all[key] = Required(value));
    }

    /// <summary>The key and the module at a position.</summary>
    /// <param name="index">The position.</param>
    public (string, T) this[int index]
    {
        get
        {
            var (key, value) = contents.GetAt(index);
            return (key, value);
        }
        set => Change(all => all.SetAt(index, value.Item1, Required(value.Item2)));
    }

    /// <summary>The number of modules.</summary>
    public int Count => contents.Count;

    /// <summary>False.</summary>
    public bool IsReadOnly => false;

    /// <summary>The keys in order.</summary>
    public ICollection<string> Keys => contents.Keys;

    /// <summary>The modules in order.</summary>
    public ICollection<T> Values => contents.Values;

    /// <summary>The keys in order.</summary>
    public IEnumerable<string> keys() => contents.Keys;

    /// <summary>The modules in order.</summary>
    public IEnumerable<T> values() => contents.Values;

    /// <summary>The keys and modules in order.</summary>
    public IEnumerator<(string, T)> items() => GetEnumerator();

    /// <summary>Adds a module at the end.</summary>
    /// <param name="key">Its key, without a dot.</param>
    /// <param name="value">The module.</param>
    public void Add(string key, T value)
    {
        register_module(key, Required(value));
        contents.Add(key, value);
    }

    /// <summary>Adds a module at the end.</summary>
    /// <param name="item">Its key and the module.</param>
    public void Add((string, T) item) => Add(item.Item1, item.Item2);

    /// <summary>Adds a module at the end.</summary>
    /// <param name="item">Its key and the module.</param>
    public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

    /// <summary>Adds a module before a position.</summary>
    /// <param name="index">The position.</param>
    /// <param name="item">Its key and the module.</param>
    public void Insert(int index, (string, T) item) => Change(all => all.Insert(index, item.Item1, Required(item.Item2)));

    /// <summary>Takes a module out; it is not disposed.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string key)
    {
        var found = contents.ContainsKey(key);
        if (found) Change(all => all.Remove(key));
        return found;
    }

    /// <summary>Takes a module out; it is not disposed.</summary>
    /// <param name="item">Its key and the module.</param>
    /// <returns>Whether they were there.</returns>
    public bool Remove((string, T) item) => Contains(item) && Remove(item.Item1);

    /// <summary>Takes a module out; it is not disposed.</summary>
    /// <param name="item">Its key and the module.</param>
    /// <returns>Whether they were there.</returns>
    public bool Remove(KeyValuePair<string, T> item) => Remove((item.Key, item.Value));

    /// <summary>Takes the module at a position out; it is not disposed.</summary>
    /// <param name="index">The position.</param>
    public void RemoveAt(int index) => Change(all => all.RemoveAt(index));

    /// <summary>Takes all modules out; they are not disposed.</summary>
    public void Clear() => Change(all => all.Clear());

    /// <summary>Takes all modules out; they are not disposed.</summary>
    public void clear() => Clear();

    /// <summary>Whether there is a module of a key.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(string key) => contents.ContainsKey(key);

    /// <summary>Whether there is a module with a key.</summary>
    /// <param name="item">The key and the module.</param>
    public bool Contains((string, T) item) => contents.TryGetValue(item.Item1, out var value) && ReferenceEquals(value, item.Item2);

    /// <summary>Whether there is a module with a key.</summary>
    /// <param name="item">The key and the module.</param>
    public bool Contains(KeyValuePair<string, T> item) => Contains((item.Key, item.Value));

    /// <summary>The position of a key and its module, or -1.</summary>
    /// <param name="item">The key and the module.</param>
    public int IndexOf((string, T) item) => Contains(item) ? contents.IndexOf(item.Item1) : -1;

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its module.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => contents.TryGetValue(key, out value);

    /// <summary>Copies the contents.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo((string, T)[] array, int arrayIndex) => contents.Select(item => (item.Key, item.Value)).ToArray().CopyTo(array, arrayIndex);

    /// <summary>Copies the contents.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => ((ICollection<KeyValuePair<string, T>>)contents).CopyTo(array, arrayIndex);

    /// <summary>The keys and modules in order.</summary>
    public IEnumerator<(string, T)> GetEnumerator() => contents.Select(item => (item.Key, item.Value)).GetEnumerator();

    IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() => contents.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing: the modules are registered as they come.</summary>
    protected override void RegisterComponents() { }

    private static T Required(T? module) => module ?? throw new ArgumentNullException(nameof(module));

    private void Change(Action<OrderedDictionary<string, T>> change)
    {
        change(contents);
        ResetModules(contents.Select(item => (item.Key, (Module)item.Value)));
    }
}
