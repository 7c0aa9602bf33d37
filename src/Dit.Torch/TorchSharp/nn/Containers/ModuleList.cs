using System.Collections;
using System.Globalization;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A list of modules, each registered under its position.</summary>
/// <typeparam name="T">The class of the modules.</typeparam>
public class ModuleList<T> : Module, IList<T> where T : Module
{
    private readonly List<T> items = [];

    /// <summary>Creates the list.</summary>
    /// <param name="modules">The modules.</param>
    public ModuleList(params T[] modules) : base(nameof(ModuleList<T>)) => extend(modules);

    /// <summary>The module at a position.</summary>
    /// <param name="index">The position.</param>
    public T this[int index]
    {
        get => items[index];
        set => Change(list => list[index] = Required(value));
    }

    /// <summary>The number of modules.</summary>
    public int Count => items.Count;

    /// <summary>False.</summary>
    public bool IsReadOnly => false;

    /// <summary>Adds modules at the end.</summary>
    /// <param name="parameters">The modules.</param>
    public void append(params T[] parameters) => extend(parameters);

    /// <summary>Adds modules at the end.</summary>
    /// <param name="modules">The modules.</param>
    public void extend(IEnumerable<T> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules) Add(module);
    }

    /// <summary>Adds a module at the end.</summary>
    /// <param name="item">The module.</param>
    public void Add(T item)
    {
        register_module(Count.ToString(CultureInfo.InvariantCulture), Required(item));
        items.Add(item);
    }

    /// <summary>Adds a module before a position.</summary>
    /// <param name="index">The position.</param>
    /// <param name="item">The module.</param>
    public void Insert(int index, T item) => Change(list => list.Insert(index, Required(item)));

    /// <summary>Takes a module out; it is not disposed.</summary>
    /// <param name="item">The module.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(T item)
    {
        var found = items.Contains(item);
        if (found) Change(list => list.Remove(item));
        return found;
    }

    /// <summary>Takes the module at a position out; it is not disposed.</summary>
    /// <param name="index">The position.</param>
    public void RemoveAt(int index) => Change(list => list.RemoveAt(index));

    /// <summary>Takes all modules out; they are not disposed.</summary>
    public void Clear() => Change(list => list.Clear());

    /// <summary>Whether a module is in the list.</summary>
    /// <param name="item">The module.</param>
    public bool Contains(T item) => items.Contains(item);

    /// <summary>The position of a module, or -1.</summary>
    /// <param name="item">The module.</param>
    public int IndexOf(T item) => items.IndexOf(item);

    /// <summary>Copies the list.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo(T[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

    /// <summary>The modules in order.</summary>
    public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    /// <summary>Nothing: the modules are registered as they come.</summary>
    protected override void RegisterComponents() { }

    private static T Required(T? module) => module ?? throw new ArgumentNullException(nameof(module));

    private void Change(Action<List<T>> change)
    {
        change(items);
        ResetModules(items.Select((module, i) => (i.ToString(CultureInfo.InvariantCulture), (Module)module)));
    }
}
