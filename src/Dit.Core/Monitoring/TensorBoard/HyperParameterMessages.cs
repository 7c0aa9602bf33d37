namespace Dit.Core;

/// <summary>Messages of TensorBoard's <c>hparams</c> plugin: what the settings are called, and what they are in this run.</summary>
internal static class HyperParameterMessages
{
    private const int TextType = 1, BoolType = 2, NumberType = 3;

    public static Protobuf Experiment(IReadOnlyDictionary<string, object> settings, IReadOnlyList<string> metrics, double time)
    {
        var experiment = new Protobuf().Double(3, time);
        foreach (var (name, value) in settings)
            experiment.Message(4, new Protobuf().Text(1, name).Int(4, TypeOf(value)));
        foreach (var tag in metrics)
            experiment.Message(5, new Protobuf().Message(1, new Protobuf().Text(2, tag)));
        return new Protobuf().Message(2, experiment);
    }

    public static Protobuf SessionStart(IReadOnlyDictionary<string, object> settings, double time)
    {
        var session = new Protobuf();
        foreach (var (name, value) in settings)
            session.Message(1, new Protobuf().Text(1, name).Message(2, Value(value)));
        return new Protobuf().Message(3, session.Double(5, time));
    }

    private static int TypeOf(object value) => value switch { bool => BoolType, double => NumberType, _ => TextType };

    private static Protobuf Value(object value) => value switch
    {
        bool flag => new Protobuf().Bool(4, flag),
        double number => new Protobuf().Double(2, number),
        _ => new Protobuf().Text(3, (string)value),
    };
}
