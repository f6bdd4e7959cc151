using System.Runtime.CompilerServices;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Service.Images;

/// <summary>Keeps images in a folder that all processes reach: they are read where they are.</summary>
/// <param name="root">The folder.</param>
/// <param name="isShared">Whether other processes keep images in it, too.</param>
/// <exception cref="InvalidOperationException">It is not shared, and another process uses it.</exception>
internal sealed class FolderStore(string root, bool isShared) : IImageStore, IDisposable
{
    private readonly FolderLock? _lock = isShared ? null : new(root);

    /// <summary>Makes a folder that nobody else may look into: it holds images of patients.</summary>
    public static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public Task<bool> AddAsync(string path, string name, bool replaces = false, CancellationToken cancellationToken = default)
    {
        var (place, isNew) = (PathOf(name), true);
        var parent = Path.GetDirectoryName(place)!;
        CreatePrivate(parent);
        if (path == place)
        {
            Disk.Flush(path);
            Disk.FlushFolder(parent);
            return Task.FromResult(isNew);
        }

        isNew = !Path.Exists(place);
        try
        {
            Disk.Place(path, place, replaces);
        }
        catch (IOException) when (Path.Exists(place))
        {
            isNew = false;
            Remove(path);
        }

        return Task.FromResult(isNew);
    }

    public Task<ImagesHere> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = PathOf(name);
        return Path.IsPathFullyQualified(name) || Path.Exists(path)
            ? Task.FromResult(new ImagesHere(path))
            : throw new FileNotFoundException($"The images '{name}' are not kept any more.");
    }

    public Task<bool> MoveAsync(string name, string other)
    {
        try
        {
            Disk.Place(PathOf(name), PathOf(other));
            return Task.FromResult(true);
        }
        catch (IOException problem) when (problem is FileNotFoundException or DirectoryNotFoundException || Path.Exists(PathOf(other)))
        {
            return Task.FromResult(false);
        }
    }

    public Task RemoveAsync(string name)
    {
        Remove(PathOf(name));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(
        string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var entry in Directory.Exists(PathOf(name)) ? Directory.GetFileSystemEntries(PathOf(name)) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetFileName(entry);
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken) => Directory.Exists(root)
        ? Task.CompletedTask
        : throw new DirectoryNotFoundException("The folder of the service is not there.");

    /// <summary>Removes a file or folder, if it is there.</summary>
    public static void Remove(string path)
    {
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
            else
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone.
        }
    }

    public void Dispose() => _lock?.Dispose();

    private string PathOf(string name) => Path.GetFullPath(name, root);
}
