namespace Dit.Core;

/// <summary>A file of weights or of a training's state is damaged, or does not fit.</summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates an exception without a message.</summary>
    public CheckpointException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">Which file, where in it, and what is wrong.</param>
    public CheckpointException(string message) : base(message)
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">Which file, where in it, and what is wrong.</param>
    /// <param name="innerException">What led to it.</param>
    public CheckpointException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
