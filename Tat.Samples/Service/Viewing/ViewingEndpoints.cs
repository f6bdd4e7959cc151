using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Viewing;

/// <summary>The images of jobs: <c>/api/jobs/{id}/images</c>.</summary>
internal static class ViewingEndpoints
{
    // A PSNR is infinite where images are equal, and JSON has no number for that.
    private static readonly JsonSerializerOptions _scores = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static IServiceCollection AddViewing(this IServiceCollection services) =>
        services.AddSingleton(_ => new OpenScans(TimeProvider.System)).AddSingleton<ImageViewer>();

    public static void MapViewing(this IEndpointRouteBuilder routes)
    {
        var images = routes.MapGroup("/api/jobs/{id:guid}/images").WithTags("Images").AddEndpointFilter(async (context, next) =>
        {
            // Images of patients stay out of caches on disks.
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context);
        });
        images.MapGet("", (Guid id, ImageViewer viewer, CancellationToken cancellationToken) =>
                viewer.ListAsync(id, cancellationToken))
            .WithSummary("The images of a job that has succeeded.").ProducesProblem(404);
        images.MapGet("{image:int}", (Guid id, int image, ImageViewer viewer, CancellationToken cancellationToken) =>
                viewer.DescribeAsync(id, image, cancellationToken))
            .WithSummary("An image: its size, unit, windows and orientation.").ProducesProblem(404);
        images.MapGet("{image:int}/slices/{slice:int}", ReadAsync)
            .WithSummary("The values of a slice, row by row: 32-bit floats, little endian, in the unit of the image.")
            .Produces<byte[]>(200, "application/octet-stream").ProducesProblem(400).ProducesProblem(404);
        images.MapGet("{image:int}/slices/{slice:int}/metrics", MeasureAsync)
            .WithSummary("PSNR, SSIM and RMSE of a slice against the reference.").Produces<SliceScores>().ProducesProblem(404);
    }

    private static async Task<FileContentHttpResult> ReadAsync(
        Guid id, int image, int slice, ImageViewer viewer, CancellationToken cancellationToken, string side = "restored")
    {
        var wanted = RequestText.ValueOf<ImageSide>(side, "side");
        var pixels = (await viewer.ReadAsync(id, image, slice, wanted, cancellationToken)).Pixels;
        return TypedResults.Bytes(MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray(), "application/octet-stream");
    }

    private static async Task<JsonHttpResult<SliceScores>> MeasureAsync(
        Guid id, int image, int slice, ImageViewer viewer, CancellationToken cancellationToken) =>
        TypedResults.Json(await viewer.MeasureAsync(id, image, slice, cancellationToken), _scores);
}
