namespace TorchSharp.Utils;

/// <summary>Gives a module's field another name in its state than the field's own.</summary>
[AttributeUsage(AttributeTargets.Field)]
public class ComponentNameAttribute : Attribute
{
    /// <summary>The name to register the field under.</summary>
    public string? Name { get; set; }
}
