using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A dictionary of parameters in the order of their adding, each registered under its key.</summary>
public class ParameterDict : Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
{
    private readonly OrderedDictionary<string, Parameter> contents = [];

    /// <summary>Creates an empty dictionary.</summary>
    public ParameterDict() : base(nameof(ParameterDict)) { }

    /// <summary>The parameter of a key.</summary>
    /// <param name="key">The key.</param>
    public Parameter this[string key]
    {
        get => contents[key];
        set => Change(all => all[key] = Required(value));
    }

    /// <summary>The key and the parameter at a position.</summary>
    /// <param name="index">The position.</param>
    public (string, Parameter) this[int index]
    {
        get
        {
            var (key, value) = contents.GetAt(index);
            return (key, value);
        }
        set => Change(all => all.SetAt(index, value.Item1, Required(value.Item2)));
    }

    /// <summary>The number of parameters.</summary>
    public int Count => contents.Count;

    /// <summary>False.</summary>
    public bool IsReadOnly => false;

    /// <summary>The keys in order.</summary>
    public ICollection<string> Keys => contents.Keys;

    /// <summary>The parameters in order.</summary>
    public ICollection<Parameter> Values => contents.Values;

    /// <summary>The keys in order.</summary>
    public IEnumerable<string> keys() => contents.Keys;

    /// <summary>The parameters in order.</summary>
    public IEnumerable<Parameter> values() => contents.Values;

    /// <summary>The keys and parameters in order.</summary>
    public IEnumerator<(string, Parameter)> items() => GetEnumerator();

    /// <summary>Adds a parameter at the end.</summary>
    /// <param name="key">Its key, without a dot.</param>
    /// <param name="value">The parameter.</param>
    public void Add(string key, Parameter value)
    {
        register_parameter(key, Required(value));
        contents.Add(key, value);
    }

    /// <summary>Adds a parameter at the end.</summary>
    /// <param name="item">Its key and the parameter.</param>
    public void Add((string, Parameter) item) => Add(item.Item1, item.Item2);

    /// <summary>Adds a parameter at the end.</summary>
    /// <param name="item">Its key and the parameter.</param>
    public void Add(KeyValuePair<string, Parameter> item) => Add(item.Key, item.Value);

    /// <summary>Adds a parameter before a position.</summary>
    /// <param name="index">The position.</param>
    /// <param name="item">Its key and the parameter.</param>
    public void Insert(int index, (string, Parameter) item) => Change(all => all.Insert(index, item.Item1, Required(item.Item2)));

    /// <summary>Takes a parameter out; it is not disposed.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string key)
    {
        var found = contents.ContainsKey(key);
        if (found) Change(all => all.Remove(key));
        return found;
    }

    /// <summary>Takes a parameter out; it is not disposed.</summary>
    /// <param name="item">Its key and the parameter.</param>
    /// <returns>Whether they were there.</returns>
    public bool Remove((string, Parameter) item) => Contains(item) && Remove(item.Item1);

    /// <summary>Takes a parameter out; it is not disposed.</summary>
    /// <param name="item">Its key and the parameter.</param>
    /// <returns>Whether they were there.</returns>
    public bool Remove(KeyValuePair<string, Parameter> item) => Remove((item.Key, item.Value));

    /// <summary>Takes the parameter at a position out; it is not disposed.</summary>
    /// <param name="index">The position.</param>
    public void RemoveAt(int index) => Change(all => all.RemoveAt(index));

    /// <summary>Takes all parameters out; they are not disposed.</summary>
    public void Clear() => Change(all => all.Clear());

    /// <summary>Takes all parameters out; they are not disposed.</summary>
    public void clear() => Clear();

    /// <summary>Whether there is a parameter of a key.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(string key) => contents.ContainsKey(key);

    /// <summary>Whether there is a parameter with a key.</summary>
    /// <param name="item">The key and the parameter.</param>
    public bool Contains((string, Parameter) item) => contents.TryGetValue(item.Item1, out var value) && ReferenceEquals(value, item.Item2);

    /// <summary>Whether there is a parameter with a key.</summary>
    /// <param name="item">The key and the parameter.</param>
    public bool Contains(KeyValuePair<string, Parameter> item) => Contains((item.Key, item.Value));

    /// <summary>The position of a key and its parameter, or -1.</summary>
    /// <param name="item">The key and the parameter.</param>
    public int IndexOf((string, Parameter) item) => Contains(item) ? contents.IndexOf(item.Item1) : -1;

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its parameter.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) => contents.TryGetValue(key, out value);

    /// <summary>Copies the contents.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo((string, Parameter)[] array, int arrayIndex) => contents.Select(item => (item.Key, item.Value)).ToArray().CopyTo(array, arrayIndex);

    /// <summary>Copies the contents.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, Parameter>>)contents).CopyTo(array, arrayIndex);

    /// <summary>The keys and parameters in order.</summary>
    public IEnumerator<(string, Parameter)> GetEnumerator() => contents.Select(item => (item.Key, item.Value)).GetEnumerator();

    IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() => contents.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing: the parameters are registered as they come.</summary>
    protected override void RegisterComponents() { }

    private static Parameter Required(Parameter? parameter) => parameter ?? throw new ArgumentNullException(nameof(parameter));

    private void Change(Action<OrderedDictionary<string, Parameter>> change)
    {
        change(contents);
        ResetParameters(contents.Select(item => (item.Key, item.Value)));
    }
}
