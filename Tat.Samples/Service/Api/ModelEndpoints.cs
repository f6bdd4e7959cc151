using Tat.MLNet.Serving;

namespace Tat.Samples.Service.Api;

/// <summary>What the service can do, over HTTP.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").WithTags("Models");
        api.MapGet("tasks", (RestorationPool pool) => pool.Tasks.Select(task => new TaskView(
            task.Name, task.Quantity, task.Unit, task.NormalizationRange.Minimum, task.NormalizationRange.Maximum)))
            .WithSummary("The tasks that the model has learnt.");
        api.MapGet("models", (RestorationPool pool) => new[]
        {
            new ModelView(pool.Card.Title, pool.ModelHash, [.. pool.Tasks.Select(task => task.Name)]),
        }).WithSummary("The models that restore.");
    }
}

/// <summary>A task.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Quantity">What a pixel measures.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Minimum">The lowest value that is restored; lower ones pass through.</param>
/// <param name="Maximum">The highest value that is restored; higher ones pass through.</param>
internal sealed record TaskView(string Name, string Quantity, string Unit, double Minimum, double Maximum);

/// <summary>A model.</summary>
/// <param name="Title">What results call it.</param>
/// <param name="Hash">Which one exactly it is.</param>
/// <param name="Tasks">The tasks that it has learnt.</param>
internal sealed record ModelView(string Title, string? Hash, IReadOnlyList<string> Tasks);
