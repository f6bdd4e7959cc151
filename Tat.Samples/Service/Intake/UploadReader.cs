using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Writes the files of a form below a folder, as they arrive.</summary>
/// <param name="folder">An empty folder.</param>
/// <param name="budget">The limits.</param>
/// <param name="deidentification">Whether images are de-identified.</param>
internal sealed class UploadReader(string folder, UploadBudget budget, Deidentification deidentification)
{
    private const int LongestField = 1000;
    private const string Files = "files", Reference = "reference";

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
                if (file.Name is not (Files or Reference))
                {
                    var message = $"A file comes in the field '{file.Name}'; send images in fields called '{Files}', and what to compare "
                        + $"the result with in '{Reference}'.";
                    throw new ServiceProblem(StatusCodes.Status400BadRequest, message) { Field = file.Name };
                }

                var top = Path.Combine(folder, file.Name == Reference ? Reference : JobFolders.Uploaded);
                await WriteAsync(Directory.CreateDirectory(top).FullName, file, cancellationToken);
            }
            else if (section.AsFormDataSection() is { } field)
            {
                FormChoices.Require(field.Name);
                if (!_fields.TryAdd(field.Name, await ReadFieldAsync(field, cancellationToken)))
                {
                    var message = $"The field '{field.Name}' comes twice; send it once.";
                    throw new ServiceProblem(StatusCodes.Status400BadRequest, message) { Field = field.Name };
                }
            }
        }

        if (deidentification.IsOn)
        {
            await Task.Run(() => Directory.GetDirectories(folder).ToList().ForEach(deidentification.ReplaceBelow), cancellationToken);
        }

        var source = OnlyEntryOf(Path.Combine(folder, JobFolders.Uploaded)) ?? throw new ServiceProblem(StatusCodes.Status400BadRequest,
            "The form has no image; send at least one, in a field called 'files'.");
        return new(source, OnlyEntryOf(Path.Combine(folder, Reference)), _fields);
    }

    private async Task WriteAsync(string top, FileMultipartSection file, CancellationToken cancellationToken)
    {
        var path = SafePath.Below(top, file.FileName);
        if (file.FileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            var archive = Path.Combine(folder, "archive.zip");
            await CopyAsync(file.FileStream!, archive, budget.Received, cancellationToken);
            await ZipIntake.UnpackAsync(archive, path[..^".zip".Length], file.FileName, budget, cancellationToken);
            File.Delete(archive);
            return;
        }

        budget.AddFile();
        await CopyAsync(file.FileStream!, path, budget.Received, cancellationToken);
    }

    /// <summary>Copies what arrives, as long as the budget allows.</summary>
    internal static async Task CopyAsync(Stream from, string path, Action<int> count, CancellationToken cancellationToken)
    {
        if (Path.Exists(path) || IsBelowFile(path))
        {
            throw new ServiceProblem(StatusCodes.Status400BadRequest,
                $"'{Path.GetFileName(path)}' comes twice, or is in a folder that has the name of a file; send each file once.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: false);
        var buffer = new byte[1 << 16];
        for (int read; (read = await MultipartParts.ReadAsync(from, buffer, cancellationToken)) > 0;)
        {
            count(read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    private static bool IsBelowFile(string path)
    {
        var parent = Path.GetDirectoryName(path);
        while (parent is not null && !Path.Exists(parent))
        {
            parent = Path.GetDirectoryName(parent);
        }

        return File.Exists(parent);
    }

    private static async Task<string> ReadFieldAsync(FormMultipartSection field, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[LongestField + 1], 0);
        for (int read; (read = await MultipartParts.ReadAsync(field.Section.Body, buffer.AsMemory(length), cancellationToken)) > 0;)
        {
            length += read;
        }

        return length <= LongestField
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new ServiceProblem(StatusCodes.Status400BadRequest, $"The field '{field.Name}' is longer than {LongestField} bytes.");
    }

    /// <summary>A folder, or the only thing in it; <see langword="null"/> where there is nothing.</summary>
    private static string? OnlyEntryOf(string path) => !Directory.Exists(path) ? null : Directory.GetFileSystemEntries(path) switch
    {
        [] => null,
        [var only] => only,
        _ => path,
    };
}
