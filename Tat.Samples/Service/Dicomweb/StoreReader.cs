using Microsoft.Net.Http.Headers;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.Samples.Service.Intake;
using Tat.Samples.Service.Series;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Dicomweb;

/// <summary>Takes the objects of a request one after the other, as they arrive.</summary>
/// <param name="receiver">Puts them to their series.</param>
/// <param name="folder">Where an object lies until it is whole.</param>
/// <param name="budget">The limits.</param>
internal sealed class StoreReader(SeriesReceiver receiver, string folder, UploadBudget budget)
{
    /// <summary>Reads a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="study">The study that all objects must be of; <see langword="null"/> for any.</param>
    /// <param name="cancellationToken">Stops between buffers; what was stored stays so.</param>
    /// <exception cref="ServiceProblem">It holds no objects, or more than is allowed.</exception>
    public async Task<StoreResult> ReadAsync(HttpRequest request, string? study, CancellationToken cancellationToken)
    {
        var parts = PartsOf(request);
        var result = new StoreResult();
        while (await parts.NextAsync(cancellationToken) is { } part)
        {
            budget.AddFile();
            var file = Path.Combine(folder, "object.dcm");
            await UploadReader.CopyAsync(part.Body, file, budget.Received, cancellationToken);
            await StoreAsync(file, study, result, cancellationToken);
            File.Delete(file);
        }

        return result.IsEmpty ? throw new ServiceProblem(StatusCodes.Status400BadRequest, "The request holds no object; send one at least.")
            : result;
    }

    private async Task StoreAsync(string file, string? study, StoreResult result, CancellationToken cancellationToken)
    {
        try
        {
            if (study is not null && DicomHeader.Read(file) is var header && header["0020000D"] != study)
            {
                result.Failed(header, StoreResult.OtherStudy);
                return;
            }

            result.Stored(await receiver.ReceiveAsync(file, null, cancellationToken));
        }
        catch (Exception problem) when (problem is ImageFormatException or InvalidDataException)
        {
            result.Failed(StoreResult.CannotUnderstand);
        }
    }

    private static MultipartParts PartsOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/related", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Parameters.FirstOrDefault(one => one.Name == "type")?.Value ?? "application/dicom")
                != "application/dicom"
            || MultipartParts.BoundaryOf(type) is not { } boundary)
        {
            throw new ServiceProblem(StatusCodes.Status415UnsupportedMediaType,
                "Send objects as multipart/related; type=\"application/dicom\", with a boundary.");
        }

        return new(boundary, request.Body);
    }
}
