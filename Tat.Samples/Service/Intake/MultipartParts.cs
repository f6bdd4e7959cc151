using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>The parts of a request, one after the other as they arrive.</summary>
/// <param name="boundary">What stands between them.</param>
/// <param name="body">The request's body.</param>
internal sealed class MultipartParts(string boundary, Stream body)
{
    private const int LongestBoundary = 200;
    private readonly MultipartReader _reader = new(boundary, body);

    /// <summary>What stands between the parts of a content; <see langword="null"/> where it has none.</summary>
    public static string? BoundaryOf(MediaTypeHeaderValue type) =>
        HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary ? boundary.ToString() : null;

    /// <summary>The next part; <see langword="null"/> where there is none.</summary>
    /// <exception cref="ServiceProblem">The request is cut off or malformed.</exception>
    public async Task<MultipartSection?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadNextSectionAsync(cancellationToken);
        }
        catch (InvalidDataException problem)
        {
            throw new ServiceProblem(StatusCodes.Status400BadRequest, $"The request cannot be read: {problem.Message}");
        }
        catch (IOException problem) when (problem is not BadHttpRequestException)
        {
            throw CutOff();
        }
    }

    /// <summary>Reads from a part that may be cut off.</summary>
    /// <exception cref="ServiceProblem">It is.</exception>
    public static async Task<int> ReadAsync(Stream part, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await part.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException problem) when (problem is not BadHttpRequestException)
        {
            throw CutOff();
        }
    }

    private static ServiceProblem CutOff() =>
        new(StatusCodes.Status400BadRequest, "The request cannot be read: it ends within a part; send it again.");
}
