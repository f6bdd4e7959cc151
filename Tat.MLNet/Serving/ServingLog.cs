using Microsoft.Extensions.Logging;

namespace Tat.MLNet.Serving;

/// <summary>What a pool tells the log: of models their names, of images nothing but the task.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving {Model} ({Hash}) for {Tasks}.")]
    public static partial void ModelLoaded(ILogger logger, string model, string? hash, string tasks);

    [LoggerMessage(2, LogLevel.Error, "The model '{Path}' cannot be served.")]
    public static partial void ModelRefused(ILogger logger, string path, Exception problem);

    /// <summary>Messages of exceptions name files, which may be called after patients.</summary>
    [LoggerMessage(3, LogLevel.Warning, "Restoring a {Kind} of the task {Task} failed after {Seconds:F3} s: {Failure}.")]
    public static partial void RestorationFailed(ILogger logger, string kind, string task, double seconds, string failure);

    [LoggerMessage(4, LogLevel.Debug, "Restored a {Kind} of the task {Task} in {Seconds:F3} s.")]
    public static partial void Restored(ILogger logger, string kind, string task, double seconds);
}
