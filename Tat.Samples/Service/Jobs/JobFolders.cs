using System.Globalization;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Settings;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Service.Jobs;

/// <summary>Where uploads, unfinished work and results are kept.</summary>
public sealed class JobFolders
{
    private readonly string _uploads, _series, _work, _results;

    public JobFolders(IOptions<ServiceOptions> options)
    {
        Root = Path.GetFullPath(options.Value.Data);
        (_uploads, _series) = (Path.Combine(Root, "uploads"), Path.Combine(Root, "series"));
        (_work, _results) = (Path.Combine(Root, "work"), Path.Combine(Root, "results"));
        foreach (var folder in new[] { _uploads, _series, _work, _results })
        {
            CreatePrivate(folder);
        }
    }

    public string Root { get; }

    /// <summary>Bytes that the disk has left.</summary>
    public long FreeBytes => new DriveInfo(Root).AvailableFreeSpace;

    /// <summary>The jobs that have uploads.</summary>
    public IEnumerable<Guid> Uploads() => IdsIn(_uploads);

    /// <summary>The received series that nothing was added to since a time.</summary>
    public IEnumerable<Guid> Series(DateTimeOffset unchangedSince) =>
        IdsIn(_series).Where(id => Directory.GetLastWriteTimeUtc(SeriesOf(id)) < unchangedSince);

    /// <summary>The jobs that have unfinished work.</summary>
    public IEnumerable<Guid> Work() => IdsIn(_work);

    /// <summary>The names of all results.</summary>
    public IEnumerable<string> Results() => Directory.GetDirectories(_results).Select(folder => Path.GetFileName(folder)!);

    /// <summary>What a file or folder is called on every machine: below the shared folder its path from there, else its full
    /// path.</summary>
    public string NameOf(string path) => path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        ? Path.GetRelativePath(Root, path)
        : path;

    /// <summary>Where on this machine something is that is called so.</summary>
    public string PathOf(string name) => Path.GetFullPath(name, Root);

    /// <summary>Where the upload of a job is.</summary>
    public string UploadOf(Guid id) => Path.Combine(_uploads, $"{id:N}");

    /// <summary>Where the objects of a received series are; all such folders have the same name, on which results depend.</summary>
    public string SeriesOf(Guid id) => Path.Combine(_series, $"{id:N}", "series");

    /// <summary>Where a result is.</summary>
    public string ResultOf(string result) => Path.Combine(_results, result);

    /// <summary>Makes an empty folder for an attempt, and removes those of earlier ones.</summary>
    public string BeginWork(Attempt attempt)
    {
        RemoveWork(attempt.Job.Id);
        return Directory.CreateDirectory(WorkOf(attempt)).FullName;
    }

    /// <summary>Puts what an attempt has made under its name, unless that is there already: then it is the same.</summary>
    public void Keep(string work, string result)
    {
        var place = ResultOf(result);
        try
        {
            Disk.Place(work, place);
        }
        catch (IOException) when (Directory.Exists(place))
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Removes what an attempt has left.</summary>
    public void RemoveWork(Attempt attempt) => Remove(WorkOf(attempt));

    /// <summary>Removes what attempts at a job have left.</summary>
    public void RemoveWork(Guid id)
    {
        foreach (var folder in Directory.EnumerateDirectories(_work, $"{id:N}-*"))
        {
            Remove(folder);
        }
    }

    public void RemoveUpload(Guid id) => Remove(UploadOf(id));

    public void RemoveSeries(Guid id) => Remove(Path.Combine(_series, $"{id:N}"));

    /// <summary>Moves a result to a name that nobody knows.</summary>
    /// <returns>Its place; <see langword="null"/> where there is no such result.</returns>
    public string? SetAside(string result)
    {
        var place = Path.Combine(_work, $"{Guid.CreateVersion7():N}-{result}");
        try
        {
            Disk.Place(ResultOf(result), place);
            return place;
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>When a job of this identifier, or its upload, began.</summary>
    public static DateTimeOffset TimeOf(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(
        long.Parse($"{id:N}"[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static IEnumerable<Guid> IdsIn(string folder) => Directory.GetDirectories(folder)
        .Select(path => Guid.TryParseExact(Path.GetFileName(path).Split('-')[0], "N", out var id) ? id : Guid.Empty)
        .Where(id => id != Guid.Empty);

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

    private string WorkOf(Attempt attempt) => Path.Combine(_work, $"{attempt.Job.Id:N}-{attempt.Number}");

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone.
        }
    }
}
