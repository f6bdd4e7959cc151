using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Api;

/// <summary>Received series over HTTP.</summary>
internal static class SeriesEndpoints
{
    public static void MapSeries(this IEndpointRouteBuilder app)
    {
        var series = app.MapGroup("/api/series").WithTags("Series");
        series.MapGet("", ListAsync).WithSummary("Series that other systems have sent, the newest first.").ProducesProblem(400);
        series.MapGet("{id:guid}", async (Guid id, SeriesStore store, CancellationToken cancellationToken) =>
            SeriesView.Of(await FindAsync(id, store, cancellationToken))).WithSummary("A received series.").ProducesProblem(404);
        series.MapPost("{id:guid}/restore", RestoreAsync)
            .WithSummary("Restores a series that no rule fits.").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        series.MapDelete("{id:guid}", DeleteAsync).WithSummary("Removes a series that no rule fits, with its files.")
            .ProducesProblem(404).ProducesProblem(409);
    }

    private static Task<SeriesPage> ListAsync(
        SeriesStore store, CancellationToken cancellationToken, string? state = null, int skip = 0, int take = 50) =>
        store.ListAsync(string.IsNullOrEmpty(state) ? null : RequestText.ValueOf<SeriesState>(state, "state"), RequestText.Skip(skip),
            RequestText.Take(take), cancellationToken);

    private static async Task<Accepted<JobView>> RestoreAsync(
        Guid id, SeriesStore store, SeriesSubmission submission, CancellationToken cancellationToken, SeriesRequest? request = null)
    {
        var series = await FindKeptAsync(id, store, cancellationToken);
        request ??= new(Priority: null);
        var wanted = new SeriesRule(request) { Urgent = JobIntake.PriorityOf(request.Priority) == JobPriority.Urgent };
        var job = await submission.SubmitAsync(series, wanted, cancellationToken);
        return TypedResults.Accepted($"/api/jobs/{job.Id}", JobView.Of(job));
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, SeriesStore store, JobFolders folders, CancellationToken cancellationToken)
    {
        await FindKeptAsync(id, store, cancellationToken);
        if (await store.DeleteAsync(id))
        {
            await folders.RemoveSeriesAsync(id);
        }

        return TypedResults.NoContent();
    }

    private static async Task<ReceivedSeries> FindKeptAsync(Guid id, SeriesStore store, CancellationToken cancellationToken) =>
        await FindAsync(id, store, cancellationToken) is { State: SeriesState.Unmatched } series
            ? series
            : throw new ServiceProblem(StatusCodes.Status409Conflict,
                "The series is not kept: objects may follow, or there is a job for it; look at that.");

    private static async Task<ReceivedSeries> FindAsync(Guid id, SeriesStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken)
            ?? throw new ServiceProblem(StatusCodes.Status404NotFound, $"There is no series {id}; it may have been removed.");
}

/// <summary>How a series is to be restored.</summary>
/// <param name="Priority">The priority: urgent or batch.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SeriesRequest(string? Priority) : RestorationChoices;
