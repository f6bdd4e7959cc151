using System.Collections.Concurrent;

namespace Tat.Torch.Files.Writing;

/// <summary>
/// Hidden folders that killed processes of the same user have left: what they had all but finished is finished, and the rest removed.
/// Those of living processes are locked, and stay; in those of other users anything may lie, also a plan for this user's files.
/// </summary>
internal static class Leftovers
{
    private const string Prefix = ".tat-", Suffix = ".tmp", LockName = "lock";
    private static readonly ConcurrentDictionary<string, bool> _looked = new();

    /// <summary>A name for a new one.</summary>
    public static string NewPath(string folder) => Path.Combine(folder, $"{Prefix}{Guid.NewGuid():N}{Suffix}");

    /// <summary>The file in it that its process locks.</summary>
    public static string LockOf(string staging) => Path.Combine(staging, LockName);

    /// <summary>Whether there are any, or such of living processes.</summary>
    public static bool AreIn(string folder) => Directory.EnumerateDirectories(folder, $"{Prefix}*{Suffix}").Any();

    /// <summary>Removes those in a folder, the first time that this process writes to it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ownLock">A file in it that this process has locked.</param>
    public static void RemoveOnce(string folder, string ownLock)
    {
        if (_looked.TryAdd(folder, true))
        {
            RemoveIn(folder, ownLock);
        }
    }

    /// <summary>Removes those in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ownLock">A file in it that this process has locked.</param>
    public static void RemoveIn(string folder, string ownLock)
    {
        try
        {
            if (!LocksHold(ownLock))
            {
                return;
            }

            foreach (var path in Directory.EnumerateDirectories(folder, $"{Prefix}*{Suffix}"))
            {
                var name = Path.GetFileName(path);
                if (Guid.TryParseExact(name[Prefix.Length..^Suffix.Length], "N", out _) && LockOf(path) != ownLock
                    && new DirectoryInfo(path).LinkTarget is null && Disk.IsOwn(path))
                {
                    Finish(path, folder);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // They take space and do no harm; the next run tries again.
        }
    }

    /// <summary>Removes a folder whose lock the caller holds; the lock last, so that nobody else comes between.</summary>
    public static void Remove(string staging, FileStream locked)
    {
        using (locked)
        {
            try
            {
                foreach (var entry in new DirectoryInfo(staging).EnumerateFileSystemInfos().Where(entry => entry.Name != LockName))
                {
                    if (entry is DirectoryInfo { LinkTarget: null } folder)
                    {
                        folder.Delete(recursive: true);
                    }
                    else
                    {
                        entry.Delete();
                    }
                }

                if (!OperatingSystem.IsWindows())
                {
                    Directory.Delete(staging, recursive: true);
                    return;
                }

                locked.Dispose();
                Directory.Delete(staging, recursive: true);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // As above: the next run tries again.
            }
        }
    }

    /// <summary>Whether a lock keeps others out on this file system; where not, nothing tells the living from the dead.</summary>
    private static bool LocksHold(string ownLock)
    {
        try
        {
            using var second = new FileStream(ownLock, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void Finish(string staging, string folder)
    {
        try
        {
            using var locked = new FileStream(LockOf(staging), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Plan.Read(staging, folder)?.Continue();
            Remove(staging, locked);
        }
        catch (FileNotFoundException)
        {
            // Its process ended before it could lock it. One that has something in it is nobody's that we know.
            TryRemoveEmpty(staging);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // In use by a living process, or not to be removed by this one.
        }
    }

    private static void TryRemoveEmpty(string staging)
    {
        try
        {
            Directory.Delete(staging);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Not empty, or gone.
        }
    }
}
