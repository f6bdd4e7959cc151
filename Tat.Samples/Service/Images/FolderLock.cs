using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Images;

/// <summary>Keeps a folder for this process alone, until it is disposed, or the process ends, however it does.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidOperationException">Another process uses it.</exception>
    public FolderLock(string folder)
    {
        FolderStore.CreatePrivate(folder);
        try
        {
            _file = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem)
        {
            throw new InvalidOperationException(
                $"The setting {ServiceOptions.Section}:{nameof(ServiceOptions.Data)} names '{folder}', which another process uses: stop "
                + "that one, or give each a folder of its own. Processes with Database and Queue, and without a bucket, may share one.",
                problem);
        }
    }

    public void Dispose() => _file.Dispose();
}
