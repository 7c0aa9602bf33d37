using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Dit.Core;

/// <summary>The names under which a host's telemetry, such as OpenTelemetry's, finds what this library measures.</summary>
public static class DitTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Dit";

    /// <value>The meter.</value>
    internal static Meter Meter { get; } = new(Name, Version);

    /// <value>The activity source.</value>
    internal static ActivitySource Activities { get; } = new(Name, Version);

    private static string? Version => typeof(DitTelemetry).Assembly.GetName().Version?.ToString(fieldCount: 3);
}
