namespace Tat.Torch.Files.Writing;

/// <summary>
/// A hidden folder beside the place of results, in which they are made. What is complete and on the disk leaves it in one step; the rest
/// vanishes with it.
/// </summary>
/// <remarks>
/// The folder holds a file that its process locks as long as it lives, by which <see cref="Leftovers"/> tells what a killed process has
/// left.
/// </remarks>
internal sealed class Staging : IDisposable
{
    private const int MostAttempts = 10;
    private readonly string _folder;
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly MissingFolders _made;
    private readonly List<string> _names = [];

    /// <summary>Makes the folder, and that of the results where it is not there.</summary>
    /// <param name="folder">Where the results go.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public Staging(string folder)
    {
        _folder = Path.GetFullPath(folder);
        _made = MissingFolders.Of(_folder);
        Directory.CreateDirectory(_folder);
        try
        {
            (_path, _lock) = Make(_folder);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new UnauthorizedAccessException(
                $"'{folder}' cannot be written ({problem.Message.TrimEnd('.')}); allow it, or choose another folder.", problem);
        }

        Leftovers.RemoveOnce(_folder, _lock.Name);
    }

    /// <summary>Removes what killed processes have left in a folder, for a run that may have nothing to write to it.</summary>
    public static void Sweep(string folder)
    {
        if (Directory.Exists(folder) && Leftovers.AreIn(folder))
        {
            new Staging(folder).Dispose();
        }
    }

    /// <summary>Names a result.</summary>
    /// <returns>Where to write it.</returns>
    public string Add(string name)
    {
        _names.Add(name);
        return Plan.PathOf(_path, _names.Count - 1, name);
    }

    /// <summary>Takes a result that was made under its own name in another such folder.</summary>
    public void Take(string path) => Directory.Move(path, Add(Path.GetFileName(path)));

    /// <summary>Puts the results of several folders in their places: all of them, or none.</summary>
    /// <remarks>
    /// While they change they are absent, and a process that is killed then leaves them so: no file of one folder may order what happens in
    /// another, since others may write to both.
    /// </remarks>
    public static void CommitTogether(IReadOnlyList<Staging> folders)
    {
        Plan[] plans = [.. folders.Select(one => one.Flush())];
        try
        {
            foreach (var plan in Enumerable.Reverse(plans))
            {
                plan.MoveOldAway();
            }

            foreach (var plan in plans)
            {
                plan.MoveNewIn();
            }
        }
        catch
        {
            foreach (var plan in plans)
            {
                plan.TakeBack();
            }

            throw;
        }
    }

    /// <summary>Puts all results in their places, replacing what is there: all of them, or none.</summary>
    public void Commit()
    {
        var plan = Flush();
        if (_names.Count > 1 || !TryMove(Plan.PathOf(_path, 0, _names[0]), Path.Combine(_folder, _names[0])))
        {
            plan.Run();
        }

        Disk.FlushFolder(_folder);
    }

    /// <summary>What is to be done once the results are on the disk, which they are from then on.</summary>
    private Plan Flush()
    {
        for (var i = 0; i < _names.Count; i++)
        {
            Disk.Flush(Plan.PathOf(_path, i, _names[i]));
        }

        Disk.FlushFolder(_path);
        _made.Flush();
        return new(_path, _folder, _names);
    }

    /// <summary>Removes the folder with what is left in it.</summary>
    public void Dispose() => Leftovers.Remove(_path, _lock);

    /// <summary>Puts a result in its place, if one step is enough for that.</summary>
    private static bool TryMove(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            File.Move(from, to, overwrite: true);
        }
        else if (!Directory.Exists(to))
        {
            Directory.Move(from, to);
        }
        else
        {
            return Disk.TryExchange(from, to);
        }

        return true;
    }

    private static (string Path, FileStream Lock) Make(string folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = Leftovers.NewPath(folder);
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            try
            {
                var locked = new FileStream(Leftovers.LockOf(path), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (File.Exists(locked.Name))
                {
                    return (path, locked);
                }

                locked.Dispose();
            }
            catch (IOException) when (attempt < MostAttempts)
            {
                // Somebody has taken the folder for a leftover before it was locked, and removes it.
            }
        }
    }
}
