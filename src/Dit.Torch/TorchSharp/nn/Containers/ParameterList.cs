using System.Collections;
using System.Globalization;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>A list of parameters, each registered under its position.</summary>
public class ParameterList : Module, IList<Parameter>
{
    private readonly List<Parameter> items = [];

    /// <summary>Creates the list.</summary>
    /// <param name="parameters">The parameters.</param>
    public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList)) => extend(parameters);

    /// <summary>The parameter at a position.</summary>
    /// <param name="index">The position.</param>
    public Parameter this[int index]
    {
        get => items[index];
        set => Change(list => list[index] = Required(value));
    }

    /// <summary>The number of parameters.</summary>
    public int Count => items.Count;

    /// <summary>False.</summary>
    public bool IsReadOnly => false;

    /// <summary>Adds parameters at the end.</summary>
    /// <param name="parameters">The parameters.</param>
    public void append(params Parameter[] parameters) => extend(parameters);

    /// <summary>Adds parameters at the end.</summary>
    /// <param name="parameters">The parameters.</param>
    public void extend(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var parameter in parameters) Add(parameter);
    }

    /// <summary>Adds a parameter at the end.</summary>
    /// <param name="item">The parameter.</param>
    public void Add(Parameter item)
    {
        register_parameter(Count.ToString(CultureInfo.InvariantCulture), Required(item));
        items.Add(item);
    }

    /// <summary>Adds a parameter before a position.</summary>
    /// <param name="index">The position.</param>
    /// <param name="item">The parameter.</param>
    public void Insert(int index, Parameter item) => Change(list => list.Insert(index, Required(item)));

    /// <summary>Takes a parameter out; it is not disposed.</summary>
    /// <param name="item">The parameter.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(Parameter item)
    {
        var place = IndexOf(item);
        if (place >= 0) RemoveAt(place);
        return place >= 0;
    }

    /// <summary>Takes the parameter at a position out; it is not disposed.</summary>
    /// <param name="index">The position.</param>
    public void RemoveAt(int index) => Change(list => list.RemoveAt(index));

    /// <summary>Takes all parameters out; they are not disposed.</summary>
    public void Clear() => Change(list => list.Clear());

    /// <summary>Whether a parameter is in the list.</summary>
    /// <param name="item">The parameter.</param>
    public bool Contains(Parameter item) => IndexOf(item) >= 0;

    /// <summary>The position of a parameter, or -1.</summary>
    /// <param name="item">The parameter.</param>
    public int IndexOf(Parameter item) => items.FindIndex(other => ReferenceEquals(other, item));

    /// <summary>Copies the list.</summary>
    /// <param name="array">Where to.</param>
    /// <param name="arrayIndex">The first place there.</param>
    public void CopyTo(Parameter[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

    /// <summary>The parameters in order.</summary>
    public IEnumerator<Parameter> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    /// <summary>Nothing: the parameters are registered as they come.</summary>
    protected override void RegisterComponents() { }

    private static Parameter Required(Parameter? parameter) => parameter ?? throw new ArgumentNullException(nameof(parameter));

    private void Change(Action<List<Parameter>> change)
    {
        change(items);
        ResetParameters(items.Select((parameter, i) => (i.ToString(CultureInfo.InvariantCulture), parameter)));
    }
}
