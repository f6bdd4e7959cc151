using Microsoft.EntityFrameworkCore;
using Tat.MLNet.Formats.Dicom;
using Tat.Samples.Service.Images;
using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Archive;

/// <summary>Finds restored series; safe for concurrent use, by several processes too.</summary>
public sealed class ArchiveStore(IServiceScopeFactory scopes, JobFolders folders)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromHours(1);

    /// <summary>Lists the DICOM series of a result, once. They are seen when a job has succeeded with it.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> AddAsync(string result, IReadOnlyList<RestoredSeries> series)
    {
        var found = await QueryAsync(context => context.Set<RestoredSeries>().CountAsync(one => one.Result == result));
        if (found > 0)
        {
            return found;
        }

        try
        {
            await QueryAsync(context =>
            {
                context.AddRange(series);
                return context.SaveChangesAsync();
            });
        }
        catch (DbUpdateException) when (series.Count > 0)
        {
            // Another worker has listed the same result at this moment.
            if (!await QueryAsync(context => context.Set<RestoredSeries>().AnyAsync(one => one.Result == result)))
            {
                throw;
            }
        }

        return series.Count;
    }

    /// <summary>Studies that have series that match, some of them, each with all its series.</summary>
    internal Task<List<IGrouping<string, RestoredSeries>>> StudiesAsync(
        SeriesMatch match, int skip, int take, CancellationToken cancellationToken) => QueryAsync(async context =>
    {
        var studies = await Matching(context, match).Select(one => one.StudyInstanceUid).Distinct().Order().Skip(skip).Take(take)
            .ToListAsync(cancellationToken);
        var series = await Visible(context).Where(one => studies.Contains(one.StudyInstanceUid)).OrderBy(one => one.Id)
            .ToListAsync(cancellationToken);
        return series.GroupBy(one => one.StudyInstanceUid).OrderBy(study => study.Key, StringComparer.Ordinal).ToList();
    });

    /// <summary>Series that match, some of them.</summary>
    internal Task<List<RestoredSeries>> SeriesAsync(SeriesMatch match, int skip, int take, CancellationToken cancellationToken) =>
        QueryAsync(context => Matching(context, match).OrderBy(one => one.Id).Skip(skip).Take(take).ToListAsync(cancellationToken));

    /// <summary>A series that is due to be sent to the peer; <see langword="null"/> where there is none.</summary>
    internal Task<RestoredSeries?> NextToSendAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        QueryAsync(context => Visible(context).Where(one => one.Sent == null && one.SendAfter <= now).OrderBy(one => one.SendAfter)
            .ThenBy(one => one.Id).FirstOrDefaultAsync(cancellationToken));

    internal Task SentAsync(RestoredSeries series) => QueryAsync(context => context.Set<RestoredSeries>().Where(one => one.Id == series.Id)
        .ExecuteUpdateAsync(set => set.SetProperty(one => one.Sent, DateTimeOffset.UtcNow)));

    /// <summary>Keeps that sending a series has failed: it is sent again after a pause, which is longer each time.</summary>
    internal Task NotSentAsync(RestoredSeries series, TimeSpan pause)
    {
        var longer = pause * Math.Pow(2, Math.Min(series.Failures, 20));
        var after = DateTimeOffset.UtcNow + (longer < _longestPause ? longer : _longestPause);
        return QueryAsync(context => context.Set<RestoredSeries>().Where(one => one.Id == series.Id).ExecuteUpdateAsync(set => set
            .SetProperty(one => one.Failures, series.Failures + 1)
            .SetProperty(one => one.SendAfter, after)));
    }

    /// <summary>Forgets series whose results no job has.</summary>
    internal Task ForgetAsync(CancellationToken cancellationToken) => QueryAsync(context => context.Set<RestoredSeries>()
        .Where(one => !context.Jobs.Any(job => job.Result == one.Result)).ExecuteDeleteAsync(cancellationToken));

    /// <summary>Makes the file of an object readable here.</summary>
    /// <exception cref="FileNotFoundException">It is not kept any more.</exception>
    internal Task<ImagesHere> OpenAsync(RestoredSeries series, int instance, CancellationToken cancellationToken) =>
        folders.OpenAsync($"{JobFolders.NameOfResult(series.Result)}/{series.Files[instance]}", cancellationToken);

    /// <summary>Makes the result that a series is in readable here; the files of the series are relative to that.</summary>
    /// <exception cref="FileNotFoundException">It is not kept any more.</exception>
    internal Task<ImagesHere> OpenAsync(RestoredSeries series, CancellationToken cancellationToken) =>
        folders.OpenAsync(JobFolders.NameOfResult(series.Result), cancellationToken);

    /// <summary>The DICOM series among the files of a result.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="result">The result.</param>
    /// <param name="scans">Its scans.</param>
    internal static IReadOnlyList<RestoredSeries> Read(string folder, string result, IReadOnlyList<RestoredScan> scans) =>
    [
        .. scans.SelectMany(scan => scan.Files.Where(file => file.Name.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase))
            .Select(file => (file.Name, Header: DicomHeader.Read(Path.Combine(folder, file.Name))))
            .GroupBy(file => file.Header["0020000E"] ?? "").Select(series => (Header: series.First().Header, Files: series))
            .Select(series => new RestoredSeries
            {
                Id = Guid.CreateVersion7(),
                Result = result,
                StudyInstanceUid = series.Header["0020000D"] ?? "",
                SeriesInstanceUid = series.Files.Key,
                Modality = series.Header["00080060"],
                PatientId = series.Header["00100020"],
                PatientName = series.Header["00100010"],
                StudyDate = series.Header["00080020"],
                AccessionNumber = series.Header["00080050"],
                Instances = [.. series.Files.Select(file => file.Header["00080018"] ?? "")],
                Files = [.. series.Files.Select(file => file.Name)],
                SendAfter = DateTimeOffset.UtcNow,
            })),
    ];

    private static IQueryable<RestoredSeries> Visible(JobsContext context) => context.Set<RestoredSeries>().AsNoTracking()
        .Where(one => context.Jobs.Any(job => job.Result == one.Result && job.State == JobState.Succeeded));

    private static IQueryable<RestoredSeries> Matching(JobsContext context, SeriesMatch match)
    {
        var (modality, id, name) = (Pattern(match.Modality), Pattern(match.PatientId), Pattern(match.PatientName));
        var accession = Pattern(match.AccessionNumber);
        var (studies, series, from, to) = (match.Studies, match.Series, match.From, match.To);
        return Visible(context).Where(one => (studies.Count == 0 || studies.Contains(one.StudyInstanceUid))
            && (series.Count == 0 || series.Contains(one.SeriesInstanceUid))
            && (modality == null || EF.Functions.Like(one.Modality!, modality, "\\"))
            && (id == null || EF.Functions.Like(one.PatientId!, id, "\\"))
            && (name == null || EF.Functions.Like(one.PatientName!, name, "\\"))
            && (accession == null || EF.Functions.Like(one.AccessionNumber!, accession, "\\"))
            && (from == null || string.Compare(one.StudyDate, from) >= 0)
            && (to == null || string.Compare(one.StudyDate, to) <= 0));
    }

    /// <summary>What SQL calls a text with wildcards of DICOM.</summary>
    private static string? Pattern(string? text) => string.IsNullOrEmpty(text) ? null : text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%').Replace('?', '_');

    private Task<T> QueryAsync<T>(Func<JobsContext, Task<T>> query) => JobsContext.QueryAsync(scopes, query);
}
