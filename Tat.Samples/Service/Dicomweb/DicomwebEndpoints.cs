using Microsoft.Extensions.Options;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>DICOMweb (PS3.18): STOW-RS takes studies in, QIDO-RS and WADO-RS hand results out.</summary>
internal static class DicomwebEndpoints
{
    public static void MapDicomweb(this IEndpointRouteBuilder app)
    {
        var web = app.MapGroup("/dicomweb").WithTags("DICOMweb");
        foreach (var path in new[] { "studies", "studies/{study}" })
        {
            web.MapPost(path, StoreAsync).Accepts<IFormFile>("multipart/related")
                .WithSummary("Takes objects in (STOW-RS); a series is restored by the rules when it is complete.")
                .Produces(200, null, DicomJsonText.MediaType).Produces(202, null, DicomJsonText.MediaType)
                .ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(507);
        }

        web.MapQueries();
        web.MapRetrieval();
    }

    private static async Task<IResult> StoreAsync(
        HttpContext context, SeriesReceiver receiver, JobIntake intake, JobFolders folders, IOptions<ServiceOptions> options,
        CancellationToken cancellationToken, string? study = null)
    {
        intake.CheckSize(context.Request.ContentLength);
        var id = Guid.CreateVersion7();
        try
        {
            var folder = Directory.CreateDirectory(folders.ArrivalOf(id)).FullName;
            var reader = new StoreReader(receiver, folder, new(options.Value, folders));
            var result = await reader.ReadAsync(context.Request, study, cancellationToken);
            return Results.Text(result.ToJson().ToJsonString(), DicomJsonText.MediaType, statusCode: result.Status);
        }
        finally
        {
            folders.RemoveArrival(id);
        }
    }
}
