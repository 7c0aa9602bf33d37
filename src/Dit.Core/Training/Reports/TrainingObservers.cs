using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;

namespace Dit.Core;

/// <summary>Who is told how a training goes.</summary>
internal sealed class TrainingObservers(ILogger logger) : Collection<ITrainingObserver>
{
    private readonly HashSet<ITrainingObserver> _failed = [];

    /// <summary>One that the training itself brings; it is told first.</summary>
    public ITrainingObserver? Own { get; set; }

    /// <summary>Steps done, for the log.</summary>
    public long Step { get; set; }

    /// <summary>Tells the observers. One that fails does not stop the training; only its first failure is logged.</summary>
    public void Tell(Action<ITrainingObserver> what)
    {
        foreach (var observer in Own is null ? this.ToArray() : [Own, .. this])
        {
            try
            {
                what(observer);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (_failed.Add(observer))
                    logger.ObserverFailed(e, observer.GetType().Name, Step);
            }
        }
    }
}
