namespace Tat.MLNet.Serving;

/// <summary>Watches a model file, and tells when it was replaced and has been left alone for a while.</summary>
internal sealed class ModelWatch : IDisposable
{
    /// <summary>How long a file is to stay as it is before it counts as complete.</summary>
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(500);

    private readonly FileSystemWatcher _watcher;
    private readonly Timer _timer;

    public ModelWatch(string path, Action changed)
    {
        var file = Path.GetFullPath(path);
        _timer = new(_ => changed());
        _watcher = new(Path.GetDirectoryName(file)!, Path.GetFileName(file));
        _watcher.Changed += (_, _) => Restart();
        _watcher.Created += (_, _) => Restart();
        _watcher.Renamed += (_, _) => Restart();
        _watcher.EnableRaisingEvents = true;
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _timer.Dispose();
    }

    private void Restart()
    {
        try
        {
            _timer.Change(_quiet, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // an event that was on its way when the pool was disposed
        }
    }
}
