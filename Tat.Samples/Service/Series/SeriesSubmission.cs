using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Series;

/// <summary>Makes jobs of series that are complete, by the rules; what fits none is kept.</summary>
public sealed partial class SeriesSubmission(
    SeriesStore store, JobIntake intake, IOptions<ServiceOptions> options, ILogger<SeriesSubmission> log)
{
    private readonly DicomOptions _options = options.Value.Dicom;

    /// <summary>Closes a series: there is a job for it then, or a remark why there is none.</summary>
    /// <exception cref="ServiceProblem">As many jobs wait as are allowed; the series stays as it is.</exception>
    public async Task CloseAsync(ReceivedSeries series, CancellationToken cancellationToken)
    {
        var rule = series.IsRestored ? null : RuleMatch.Of(series, _options.Rules);
        if (rule is null)
        {
            await store.KeepAsync(series, series.IsRestored
                ? "It was restored already, and is not restored again."
                : "No rule fits it; add one to Service:Dicom:Rules and send it again, or restore it by name.");
            Kept(series.Id);
            return;
        }

        await SubmitAsync(series, rule, cancellationToken);
    }

    /// <summary>Makes a job of a series.</summary>
    /// <param name="series">The series.</param>
    /// <param name="wanted">How it is to be restored.</param>
    /// <param name="cancellationToken">Stops before anything is kept.</param>
    /// <exception cref="ServiceProblem">What is wanted cannot be granted, as many jobs wait as are allowed, or objects have come
    /// meanwhile.</exception>
    public async Task<Job> SubmitAsync(ReceivedSeries series, SeriesRule wanted, CancellationToken cancellationToken)
    {
        var request = new JobRequest(wanted)
        {
            Id = series.Id,
            Name = NameOf(series),
            Source = JobFolders.NameOfSeries(series.Id),
            Priority = wanted.Urgent ? JobPriority.Urgent : JobPriority.Batch,
        };
        try
        {
            var job = await intake.AcceptAsync(request, context =>
            {
                context.Attach(series);
                series.State = SeriesState.Submitted;
                series.Remark = series.Expected is { } expected && series.Objects < expected
                    ? $"{series.Objects} of {expected} objects have come."
                    : null;
            }, cancellationToken);
            Submitted(series.Id, series.Objects, series.Revision);
            return job;
        }
        catch (DbUpdateException problem) when (problem is DbUpdateConcurrencyException || problem.InnerException is DbException)
        {
            throw await store.FindAsync(series.Id, cancellationToken) is { State: SeriesState.Submitted }
                ? new ServiceProblem(StatusCodes.Status409Conflict, "There is a job for the series already; look at that.")
                : problem is DbUpdateConcurrencyException
                    ? new ServiceProblem(StatusCodes.Status409Conflict, "Objects have come meanwhile; wait until they are all there.")
                    : problem;
        }
    }

    private static string NameOf(ReceivedSeries series)
    {
        var name = $"{series.Modality} {series.Description}".Trim();
        return $"{(name.Length == 0 ? "Series" : name)}{(series.Revision > 1 ? $" (revision {series.Revision})" : "")}";
    }

    [LoggerMessage(30, LogLevel.Information, "Series {Id}: its {Objects} objects, revision {Revision}, are a job.")]
    private partial void Submitted(Guid id, int objects, int revision);

    [LoggerMessage(31, LogLevel.Warning, "Series {Id} is kept and not restored; /api/series says why.")]
    private partial void Kept(Guid id);
}
