using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Jobs;

/// <summary>What uploads, received series, unfinished work and results are called, and where on this machine they are made.</summary>
public sealed class JobFolders
{
    /// <summary>What the folder of an upload is called below that of its job, where it has several files.</summary>
    public const string Uploaded = "upload";

    private const string Uploads = "uploads", AllSeries = "series", Work = "work", Results = "results";
    private readonly IImageStore _store;
    private readonly long _minimumFree;

    public JobFolders(IOptions<ServiceOptions> options, IImageStore store)
    {
        (_store, _minimumFree) = (store, options.Value.MinimumFreeBytes);
        Root = Path.GetFullPath(options.Value.Data);
        foreach (var folder in new[] { Uploads, AllSeries, Work, Results })
        {
            FolderStore.CreatePrivate(Path.Combine(Root, folder));
        }
    }

    /// <summary>The folder of this process.</summary>
    public string Root { get; }

    /// <summary>Whether the disk has as many bytes left as are to stay free.</summary>
    /// <param name="bytes">What else is to be kept.</param>
    public bool HasRoom(long bytes = 0) => new DriveInfo(Root).AvailableFreeSpace - bytes >= _minimumFree;

    /// <summary>Refuses what would leave the disk nearly full.</summary>
    /// <exception cref="ServiceProblem">It would.</exception>
    public void CheckRoom(long bytes = 0)
    {
        if (!HasRoom(bytes))
        {
            throw new ServiceProblem(StatusCodes.Status507InsufficientStorage,
                "The disk of the service is nearly full; delete jobs that are done, or send it later.")
            {
                RetryAfter = TimeSpan.FromMinutes(5),
            };
        }
    }

    /// <summary>What a file or folder is called on every machine: below the folder of this process its path from there, else its full
    /// path.</summary>
    public string NameOf(string path) => path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        ? Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/')
        : path;

    /// <summary>What the folder of a received series is called; the last part is the same for all, since results depend on it.</summary>
    public static string NameOfSeries(Guid id) => $"{AllSeries}/{id:N}/series";

    /// <summary>What a result is called.</summary>
    public static string NameOfResult(string result) => $"{Results}/{result}";

    /// <summary>A message as callers may read it, who know nothing of the folders here.</summary>
    public string WithoutFolders(string message) => Regex.Replace(message,
        $@"{Regex.Escape(Root)}[/\\]?((uploads|copies|series)[/\\][0-9a-f]{{32}}[/\\]({Uploaded}[/\\])?)?", "",
        RegexOptions.CultureInvariant);

    /// <summary>Fails where images cannot be reached.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => _store.CheckAsync(cancellationToken);

    /// <summary>Makes images readable here, by what they are called.</summary>
    /// <exception cref="FileNotFoundException">They are not kept any more.</exception>
    public Task<ImagesHere> OpenAsync(string name, CancellationToken cancellationToken) => _store.OpenAsync(name, cancellationToken);

    /// <summary>Keeps a file or folder of this machine, which is gone then.</summary>
    /// <returns>Whether nothing had the name before.</returns>
    public Task<bool> AddAsync(string path, string name, bool replaces, CancellationToken cancellationToken) =>
        _store.AddAsync(path, name, replaces, cancellationToken);

    /// <summary>The jobs that have uploads, or unfinished work.</summary>
    public async Task<IReadOnlyList<Guid>> BegunAsync(CancellationToken cancellationToken) =>
        [.. (await IdsInAsync(Uploads, cancellationToken)).Union(await IdsInAsync(Work, cancellationToken))];

    /// <summary>The received series that began before a time.</summary>
    public async Task<IEnumerable<Guid>> SeriesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        (await IdsInAsync(AllSeries, cancellationToken)).Where(id => TimeOf(id) < before);

    /// <summary>All results.</summary>
    public ValueTask<List<string>> ResultsAsync(CancellationToken cancellationToken) =>
        _store.ListAsync(Results, cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Where on this machine an upload arrives.</summary>
    public string ArrivalOf(Guid id) => Path.Combine(Root, Uploads, $"{id:N}");

    /// <summary>Removes what has arrived and is not kept.</summary>
    public void RemoveArrival(Guid id) => FolderStore.Remove(ArrivalOf(id));

    /// <summary>Keeps an upload that has arrived.</summary>
    public Task KeepUploadAsync(Guid id, CancellationToken cancellationToken) =>
        _store.AddAsync(ArrivalOf(id), $"{Uploads}/{id:N}", cancellationToken: cancellationToken);

    /// <summary>Makes an empty folder for an attempt, and removes those of earlier ones.</summary>
    public string BeginWork(Attempt attempt)
    {
        RemoveWork(attempt.Job.Id);
        return Directory.CreateDirectory(WorkOf(attempt)).FullName;
    }

    /// <summary>Puts what an attempt has made under its name, unless that is there already: then it is the same.</summary>
    public Task<bool> KeepAsync(string work, string result) => _store.AddAsync(work, NameOfResult(result));

    /// <summary>Removes what an attempt has left.</summary>
    public void RemoveWork(Attempt attempt) => FolderStore.Remove(WorkOf(attempt));

    /// <summary>Removes what attempts at a job have left.</summary>
    public void RemoveWork(Guid id)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Root, Work), $"{id:N}-*"))
        {
            FolderStore.Remove(folder);
        }
    }

    public Task RemoveUploadAsync(Guid id) => _store.RemoveAsync($"{Uploads}/{id:N}");

    public Task RemoveSeriesAsync(Guid id) => _store.RemoveAsync($"{AllSeries}/{id:N}");

    /// <summary>Removes unfinished work, or a result that was set aside, wherever it is.</summary>
    public async Task RemoveBegunAsync(Guid id, CancellationToken cancellationToken)
    {
        await foreach (var name in _store.ListAsync(Work, cancellationToken))
        {
            if (name.StartsWith($"{id:N}", StringComparison.Ordinal))
            {
                await _store.RemoveAsync($"{Work}/{name}");
            }
        }
    }

    /// <summary>Gives a result a name that nobody knows.</summary>
    /// <returns>The name; <see langword="null"/> where there is no such result.</returns>
    public async Task<string?> SetAsideAsync(string result)
    {
        var aside = $"{Work}/{Guid.CreateVersion7():N}-{result}";
        return await _store.MoveAsync(NameOfResult(result), aside) ? aside : null;
    }

    /// <summary>Gives a result that was set aside its name again, unless another has it: then it is the same.</summary>
    public async Task PutBackAsync(string aside, string result)
    {
        if (!await _store.MoveAsync(aside, NameOfResult(result)))
        {
            await _store.RemoveAsync(aside);
        }
    }

    /// <summary>Removes a result that was set aside.</summary>
    public Task RemoveAsideAsync(string aside) => _store.RemoveAsync(aside);

    /// <summary>When a job of this identifier, or its upload, began.</summary>
    public static DateTimeOffset TimeOf(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(
        long.Parse($"{id:N}"[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private async Task<IReadOnlyList<Guid>> IdsInAsync(string name, CancellationToken cancellationToken) =>
    [
        .. (await _store.ListAsync(name, cancellationToken).ToListAsync(cancellationToken))
            .Select(one => Guid.TryParseExact(one.Split('-')[0], "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty),
    ];

    private string WorkOf(Attempt attempt) => Path.Combine(Root, Work, $"{attempt.Job.Id:N}-{attempt.Number}");
}
