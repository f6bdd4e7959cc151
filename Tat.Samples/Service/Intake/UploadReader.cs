using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Writes the files of a form below a folder, as they arrive.</summary>
/// <param name="folder">An empty folder.</param>
/// <param name="options">The limits.</param>
/// <param name="deidentification">Whether images are de-identified.</param>
internal sealed class UploadReader(string folder, ServiceOptions options, Deidentification deidentification)
{
    private const int LongestField = 1000;
    private const string Unnamed = "upload";

    private readonly UploadBudget _budget = new(options);
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a form.</summary>
    /// <exception cref="ServiceProblem">It is no form, has no file, or more than is allowed; or a name in it leads elsewhere.</exception>
    public async Task<Upload> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? MultipartParts.BoundaryOf(type) : null;
        var parts = new MultipartParts(boundary ?? throw new ServiceProblem(StatusCodes.Status415UnsupportedMediaType,
            "Send the files as multipart/form-data, in fields called 'files'; or application/json with a 'path'."), request.Body);
        while (await parts.NextAsync(cancellationToken) is { } section)
        {
            if (section.AsFileSection() is { FileName.Length: > 0 } file)
            {
                var top = Directory.CreateDirectory(Path.Combine(folder, file.Name == "reference" ? "reference" : Unnamed)).FullName;
                await WriteAsync(top, file, cancellationToken);
            }
            else if (section.AsFormDataSection() is { } field)
            {
                _fields[field.Name] = await ReadFieldAsync(field, cancellationToken);
            }
        }

        if (deidentification.IsOn)
        {
            await Task.Run(() => Directory.GetDirectories(folder).ToList().ForEach(deidentification.ReplaceBelow), cancellationToken);
        }

        var source = OnlyEntryOf(Path.Combine(folder, Unnamed)) ?? throw new ServiceProblem(StatusCodes.Status400BadRequest,
            "The form has no image; send at least one, in a field called 'files'.");
        return new(source, OnlyEntryOf(Path.Combine(folder, "reference")), _fields);
    }

    private async Task WriteAsync(string top, FileMultipartSection file, CancellationToken cancellationToken)
    {
        var path = SafePath.Below(top, file.FileName);
        if (file.FileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            var archive = Path.Combine(folder, "archive.zip");
            await CopyAsync(file.FileStream!, archive, _budget.Received, cancellationToken);
            await ZipIntake.UnpackAsync(archive, path[..^".zip".Length], file.FileName, _budget, cancellationToken);
            File.Delete(archive);
            return;
        }

        _budget.AddFile();
        await CopyAsync(file.FileStream!, path, _budget.Received, cancellationToken);
    }

    /// <summary>Copies what arrives, as long as the budget allows.</summary>
    internal static async Task CopyAsync(Stream from, string path, Action<int> count, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (Path.Exists(path))
        {
            throw new ServiceProblem(StatusCodes.Status400BadRequest, $"'{Path.GetFileName(path)}' comes twice; send each file once.");
        }

        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: false);
        var buffer = new byte[1 << 16];
        for (int read; (read = await ReadAsync(from, buffer, cancellationToken)) > 0;)
        {
            count(read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private static async Task<int> ReadAsync(Stream from, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await from.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException problem) when (problem is not BadHttpRequestException)
        {
            throw new ServiceProblem(StatusCodes.Status400BadRequest, "The request cannot be read: it ends within a part; send it again.");
        }
    }

    private static async Task<string> ReadFieldAsync(FormMultipartSection field, CancellationToken cancellationToken)
    {
        var buffer = new char[LongestField + 1];
        using var reader = new StreamReader(field.Section.Body);
        var length = await reader.ReadBlockAsync(buffer.AsMemory(), cancellationToken);
        return length <= LongestField
            ? new(buffer, 0, length)
            : throw new ServiceProblem(StatusCodes.Status400BadRequest, $"The field '{field.Name}' is longer than {LongestField} letters.");
    }

    /// <summary>A folder, or the only thing in it; <see langword="null"/> where there is nothing.</summary>
    private static string? OnlyEntryOf(string path) => !Directory.Exists(path) ? null : Directory.GetFileSystemEntries(path) switch
    {
        [] => null,
        [var only] => only,
        _ => path,
    };
}
