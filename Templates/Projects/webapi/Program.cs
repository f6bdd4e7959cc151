using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Restoration;
using Tat.MLNet.Serving;

const long LargestUpload = 1L << 30;

// One loaded model serves all requests, two at a time.
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = LargestUpload);
builder.Services.Configure<FormOptions>(form => form.MultipartBodyLengthLimit = LargestUpload);
builder.Services.AddTatRestoration(options =>
    options.ModelPath = File.Exists(RestorationModel.MLNetModelPath) ? RestorationModel.MLNetModelPath : "pretrained");
var app = builder.Build();

// A scan comes as one file, or as the files of a DICOM series; the result goes back as it came, several files as a zip:
// curl -F scan=@scan.nii.gz "http://localhost:5000/restore?task=CT" -o restored.nii.gz
app.MapPost("/restore", async (IFormFileCollection files, string? task, RestorationPool pool, CancellationToken cancellationToken) =>
{
    // Names that a caller gives are not used for files, and what is written here is gone when the answer is sent.
    var folder = Directory.CreateTempSubdirectory("restoration-");
    try
    {
        var upload = folder.CreateSubdirectory("upload").FullName;
        foreach (var (number, file) in files.Index())
        {
            await using var copy = File.Create(Path.Combine(upload, $"{number:D5}{EndingOf(file.FileName)}"));
            await file.CopyToAsync(copy, cancellationToken);
        }

        var isOneFile = files.Count == 1;
        var ending = isOneFile ? EndingOf(files[0].FileName) : "";
        var source = isOneFile ? Directory.GetFiles(upload)[0] : upload;
        var destination = Path.Combine(folder.FullName, $"restored{ending}");
        var result = await pool.RestoreScanAsync(source, destination, new() { Task = task }, cancellationToken: cancellationToken);
        return isOneFile
            ? Results.Bytes(await File.ReadAllBytesAsync(result.Files[0], cancellationToken), fileDownloadName: $"restored{ending}")
            : Results.Bytes(Zip(result.Files), "application/zip", "restored.zip");
    }
    catch (Exception problem) when (problem is InvalidDataException or FileNotFoundException or KeyNotFoundException or IOException)
    {
        var message = problem.Message.Replace(folder.FullName, "", StringComparison.Ordinal);
        return Results.Problem(message, statusCode: StatusCodes.Status422UnprocessableEntity);
    }
    finally
    {
        folder.Delete(recursive: true);
    }
}).DisableAntiforgery();

app.Run();

static string EndingOf(string name) =>
    new[] { ".nii.gz", ".nii" }.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ?? ".dcm";

static byte[] Zip(IEnumerable<string> files)
{
    using var memory = new MemoryStream();
    using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
    {
        foreach (var file in files)
        {
            zip.CreateEntryFromFile(file, Path.GetFileName(file));
        }
    }

    return memory.ToArray();
}
