using Dit.Torch.Native;

namespace TorchSharp;

/// <summary>The search for NaN in backward; see <see cref="torch.autograd.detect_anomaly"/>.</summary>
public class AnomalyMode : IDisposable
{
    private readonly bool wasEnabled = IsEnabled;
    private readonly bool checkedNaN = ShouldCheckNaN;

    /// <summary>Switches the search on or off until disposed.</summary>
    public AnomalyMode(bool enabled, bool check_nan = true) => NativeMethods.dit_set_anomaly_mode(enabled ? 1 : 0, check_nan ? 1 : 0);

    /// <summary>Whether backward records where each operator was called.</summary>
    public static unsafe bool IsEnabled
    {
        get
        {
            int nan;
            return NativeMethods.dit_anomaly_mode(&nan) != 0;
        }
    }

    /// <summary>Whether backward stops at a NaN.</summary>
    public static unsafe bool ShouldCheckNaN
    {
        get
        {
            int nan;
            _ = NativeMethods.dit_anomaly_mode(&nan);
            return nan != 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Restores what was set before.</summary>
    protected virtual void Dispose(bool disposing) => NativeMethods.dit_set_anomaly_mode(wasEnabled ? 1 : 0, checkedNaN ? 1 : 0);
}
