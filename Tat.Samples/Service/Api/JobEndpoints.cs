using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Api;

/// <summary>Jobs over HTTP.</summary>
internal static class JobEndpoints
{
    private static readonly TimeSpan _watching = TimeSpan.FromSeconds(0.3);

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/jobs").WithTags("Jobs");
        jobs.MapPost("", CreateAsync).Accepts<PathRequest>("multipart/form-data", "application/json")
            .WithSummary("Restores an upload (multipart/form-data: files, reference, and all that JSON has but path) or a path (JSON).")
            .ProducesProblem(400).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429).ProducesProblem(507);
        jobs.MapGet("", ListAsync).WithSummary("Jobs, the newest first.").ProducesProblem(400);
        jobs.MapGet("{id:guid}", GetAsync).WithSummary("A job.").ProducesProblem(404);
        jobs.MapPost("{id:guid}/cancel", CancelAsync).WithSummary("Cancels a job that is not at its end.").ProducesProblem(404)
            .ProducesProblem(409);
        jobs.MapDelete("{id:guid}", DeleteAsync).WithSummary("Removes a job that is at its end, with its files.").ProducesProblem(404)
            .ProducesProblem(409);
        jobs.MapGet("{id:guid}/result", ResultAsync).WithSummary("The restored file; several as a zip.").ProducesProblem(404)
            .ProducesProblem(409);
        jobs.MapGet("{id:guid}/events", EventsAsync).WithSummary("Server-sent events: the job at each change.").ProducesProblem(404);
    }

    private static async Task<Accepted<JobView>> CreateAsync(
        HttpContext context, JobIntake intake, CancellationToken cancellationToken)
    {
        var job = await intake.AcceptAsync(context.Request, cancellationToken);
        return TypedResults.Accepted($"/api/jobs/{job.Id}", JobView.Of(job));
    }

    private static Task<JobPage> ListAsync(
        JobStore store, CancellationToken cancellationToken, string? state = null, int skip = 0, int take = 50) =>
        store.ListAsync(string.IsNullOrEmpty(state) ? null : RequestText.ValueOf<JobState>(state, "state"), RequestText.Skip(skip),
            RequestText.Take(take), cancellationToken);

    private static async Task<JobView> GetAsync(Guid id, JobStore store, CancellationToken cancellationToken) =>
        JobView.Of(await FindAsync(id, store, cancellationToken));

    private static async Task<JobView> CancelAsync(Guid id, JobStore store, CancellationToken cancellationToken)
    {
        var isCancelled = await store.CancelAsync(id);
        var job = await FindAsync(id, store, cancellationToken);
        return isCancelled || job.State == JobState.Cancelled ? JobView.Of(job) : throw AtItsEnd(job);
    }

    private static async Task<NoContent> DeleteAsync(Guid id, JobStore store, JobRemover remover, CancellationToken cancellationToken)
    {
        var job = await FindAsync(id, store, cancellationToken);
        return await remover.RemoveAsync(job)
            ? TypedResults.NoContent()
            : throw new ServiceProblem(StatusCodes.Status409Conflict, "The job is not at its end; cancel it first.");
    }

    private static async Task<IResult> ResultAsync(
        Guid id, HttpContext context, JobStore store, JobFolders folders, CancellationToken cancellationToken)
    {
        var job = await FindAsync(id, store, cancellationToken);
        if (job is not { State: JobState.Succeeded, Result: { } result })
        {
            throw new ServiceProblem(
                StatusCodes.Status409Conflict, $"The job has no result: it is {job.State.ToString().ToLowerInvariant()}.");
        }

        // The headers of a zip are written in one go.
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        var images = await folders.OpenAsync(JobFolders.NameOfResult(result), cancellationToken);
        context.Response.RegisterForDispose(images);
        return job.Scans.SelectMany(scan => scan.Files).ToList() is [var file]
            ? TypedResults.PhysicalFile(Path.Combine(images.Path, file.Name), "application/octet-stream", Path.GetFileName(file.Name),
                enableRangeProcessing: true)
            : TypedResults.Stream(stream => ResultArchive.WriteAsync(stream, images.Path, job, cancellationToken), "application/zip",
                $"{Path.GetFileNameWithoutExtension(job.Name)}-restored.zip");
    }

    private static async Task<ServerSentEventsResult<JobView>> EventsAsync(
        Guid id, JobStore store, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var job = await FindAsync(id, store, cancellationToken);
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        return TypedResults.ServerSentEvents(Watch(job, store, ends));
    }

    /// <summary>A job at each change, until it is at its end.</summary>
    private static async IAsyncEnumerable<JobView> Watch(
        Job first, JobStore store, CancellationTokenSource ends, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using (ends)
        {
            var (shown, job) = ((Job?)null, (Job?)first);
            while (job is not null && !ends.IsCancellationRequested)
            {
                if (shown is null || (job.State, job.Attempts, job.Progress) != (shown.State, shown.Attempts, shown.Progress))
                {
                    yield return JobView.Of(shown = job);
                }

                if (job.State is not (JobState.Queued or JobState.Running))
                {
                    yield break;
                }

                await Task.Delay(_watching, ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                job = ends.IsCancellationRequested ? null : await store.FindAsync(job.Id, CancellationToken.None);
            }
        }
    }

    private static async Task<Job> FindAsync(Guid id, JobStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken)
            ?? throw new ServiceProblem(StatusCodes.Status404NotFound, $"There is no job {id}; it may have been deleted.");

    private static ServiceProblem AtItsEnd(Job job) =>
        new(StatusCodes.Status409Conflict, $"The job is at its end: it is {job.State.ToString().ToLowerInvariant()}.");
}
