using Tat.Samples.Service.Models;

namespace Tat.Samples.Service.Api;

/// <summary>What the service can do, over HTTP.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").WithTags("Models");
        api.MapGet("tasks", (ServedModels models, string? model = null) => models[model].Tasks.Select(task => new TaskView(
            task.Name, task.Quantity, task.Unit, task.NormalizationRange.Minimum, task.NormalizationRange.Maximum)))
            .WithSummary("The tasks that a model has learnt; without a name, the default one.").ProducesProblem(400);
        api.MapGet("models", (ServedModels models) => models.Names.Select(name => (Name: name, Pool: models[name])).Select(one =>
            new ModelView(one.Name, one.Pool.Card.Title, one.Pool.ModelHash, [.. one.Pool.Tasks.Select(task => task.Name)])))
            .WithSummary("The models that restore, the default one first.");
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
/// <param name="Name">What requests and rules call it.</param>
/// <param name="Title">What results call it.</param>
/// <param name="Hash">Which one exactly it is.</param>
/// <param name="Tasks">The tasks that it has learnt.</param>
internal sealed record ModelView(string Name, string Title, string? Hash, IReadOnlyList<string> Tasks);
