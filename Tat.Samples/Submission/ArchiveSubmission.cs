using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Submission;

/// <summary>Sends an archive to a service, folder by folder, and follows its jobs to their end.</summary>
/// <param name="client">The service.</param>
/// <param name="archive">The folder.</param>
/// <param name="fields">What each job is asked for, such as its task.</param>
/// <param name="output">Where results go, named as their sources; <see langword="null"/> to leave them with the service.</param>
internal sealed class ArchiveSubmission(
    ServiceClient client, string archive, IReadOnlyDictionary<string, string> fields, string? output)
{
    private const int AtOnce = 4, MostFollowed = 10_000;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    private int _sent, _done, _failed;
    private double _found;

    /// <summary>Sends everything and waits for it.</summary>
    /// <param name="progress">Is told the share that is done, and numbers.</param>
    /// <param name="tell">Is told of each job that has no result.</param>
    /// <param name="cancellationToken">Ends the sending and waiting; jobs that were sent go on.</param>
    public async Task<SubmissionSummary> RunAsync(
        IProgress<(double Share, string Status)> progress, Action<string> tell, CancellationToken cancellationToken)
    {
        var jobs = Channel.CreateBounded<SentItem>(MostFollowed); // what is held does not grow with the archive
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(jobs.Writer, progress, tell, stop.Token);
        try
        {
            await foreach (var item in jobs.Reader.ReadAllAsync(cancellationToken))
            {
                var job = await client.EndOfAsync(item.Id, _interval, cancellationToken);
                if (!job.HasResult)
                {
                    Fail(tell, item.Name, job.Error ?? $"the job is {job.State}");
                }
                else
                {
                    await KeepAsync(item, job, cancellationToken);
                    _done++;
                }

                Report(progress);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await sending;
        return new(_sent, _done, _failed);
    }

    private async Task SendAsync(ChannelWriter<SentItem> jobs, IProgress<(double Share, string Status)> progress,
        Action<string> tell, CancellationToken cancellationToken)
    {
        try
        {
            var folders = ArchiveItem.Folders(archive).LongCount();
            var items = ArchiveItem.Folders(archive).SelectMany((folder, number) =>
            {
                _found = (double)number / folders;
                return ArchiveItem.In(archive, folder);
            });
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(items, options, async (item, token) =>
            {
                try
                {
                    var job = await client.SubmitAsync(item.Root, item.Files, fields, KeyOf(item), token);
                    Interlocked.Increment(ref _sent);
                    await jobs.WriteAsync(new(item.Name, item.Folder, job.Id), token);
                }
                catch (Exception problem) when (problem is HttpRequestException { StatusCode: not null } or IOException)
                {
                    Fail(tell, item.Name, problem.Message);
                }

                Report(progress);
            });
            _found = 1;
        }
        finally
        {
            jobs.Complete();
        }
    }

    private void Fail(Action<string> tell, string name, string reason)
    {
        Interlocked.Increment(ref _failed);
        tell($"'{name}': {reason}");
    }

    private void Report(IProgress<(double Share, string Status)> progress) => progress.Report((_found * _done / Math.Max(1, _sent),
        string.Create(CultureInfo.InvariantCulture, $"{_sent} sent, {_done} done, {_failed} failed")));

    /// <summary>Known again when the archive is sent again, unless a file, or what is asked for, has changed.</summary>
    private string KeyOf(ArchiveItem item)
    {
        var text = new StringBuilder(Path.Combine(archive, item.Name));
        foreach (var file in item.Files.Select(file => new FileInfo(file)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        foreach (var (name, value) in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{name}={value}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private async Task KeepAsync(SentItem item, ServiceJob job, CancellationToken cancellationToken)
    {
        if (output is null)
        {
            return;
        }

        var folder = Path.GetFullPath(Path.Combine(output, item.Folder));
        await using var result = await client.OpenResultAsync(job.Id, cancellationToken);
        if (job.Results is [var only])
        {
            await WriteAsync(result, folder, only.Name, cancellationToken);
            return;
        }

        using var archived = new AtomicFile(Path.Combine(folder, $"{job.Id:N}.zip")); // which is not kept
        await result.CopyToAsync(archived.Stream, cancellationToken);
        await using var zip = await ZipArchive.CreateAsync(archived.Stream, ZipArchiveMode.Read, leaveOpen: true, null, cancellationToken);
        foreach (var entry in zip.Entries)
        {
            await using var file = await entry.OpenAsync(cancellationToken);
            await WriteAsync(file, folder, entry.FullName, cancellationToken);
        }
    }

    private static async Task WriteAsync(Stream source, string folder, string name, CancellationToken cancellationToken)
    {
        var place = Path.GetFullPath(name, folder);
        if (!place.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The service calls a file '{name}', which leads out of the folder of results.");
        }

        using var file = new AtomicFile(place);
        await source.CopyToAsync(file.Stream, cancellationToken);
        file.Commit();
    }
}

/// <summary>An item of an archive that is a job: all that is held of it until that is at its end.</summary>
/// <param name="Name">The folder or file, relative to the archive.</param>
/// <param name="Folder">The folder that holds it, relative to the archive.</param>
/// <param name="Id">The job.</param>
internal readonly record struct SentItem(string Name, string Folder, Guid Id);

/// <summary>What became of an archive.</summary>
/// <param name="Sent">Jobs that the service has taken.</param>
/// <param name="Done">Jobs that have a result.</param>
/// <param name="Failed">Items that the service refused, and jobs that have no result.</param>
internal sealed record SubmissionSummary(int Sent, int Done, int Failed);
