namespace Dit.Core;

/// <summary>An observer that writes every step's numbers to a file.</summary>
internal interface IMetricsKeeper
{
    /// <value>The file's full path.</value>
    string MetricsPath { get; }
}
