using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Restoration;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.MLNet.Serving;

const int LargestUpload = 1 << 30;

// One loaded model serves all requests, two at a time.
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = LargestUpload);

// Uploads stay in memory: no file of the server holds them.
builder.Services.Configure<FormOptions>(form =>
    (form.MultipartBodyLengthLimit, form.MemoryBufferThreshold) = (LargestUpload, LargestUpload));
builder.Services.AddTatRestoration(options =>
    options.ModelPath = File.Exists(RestorationModel.MLNetModelPath) ? RestorationModel.MLNetModelPath : "pretrained");
var app = builder.Build();

// A scan comes as one file, or as the files of a DICOM series; the result goes back as it came, several files as a zip:
// curl -F scan=@scan.nii.gz "http://localhost:5000/restore?task=CT" -o restored.nii.gz
app.MapPost("/restore", async (IFormFileCollection files, string? task, RestorationPool pool, CancellationToken cancellationToken) =>
{
    if (files.Count == 0)
    {
        return Results.Problem("Send a scan.", statusCode: StatusCodes.Status422UnprocessableEntity);
    }

    // Names that a caller gives are not used: they may be those of patients.
    var contents = new List<ImageContent>();
    foreach (var (number, file) in files.Index())
    {
        await using var stream = file.OpenReadStream();
        contents.Add(await ImageContent.ReadAsync($"scan-{number + 1}{EndingOf(file.FileName)}", stream, cancellationToken));
    }

    var restored = new Dictionary<string, MemoryStream>();
    var name = contents is [var one] ? $"restored{EndingOf(one.Name)}" : "restored";
    try
    {
        var options = new ScanRestorationOptions
        {
            Task = task,
            Derived = new() { Output = file => restored[file] = new MemoryStream() },
        };
        await pool.RestoreScanAsync(ScanSource.Of(contents), name, options, cancellationToken: cancellationToken);
    }
    catch (Exception problem) when (problem is InvalidDataException or ArgumentException or IOException)
    {
        return Results.Problem(problem.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
    }

    return restored.Count == 1
        ? Results.Bytes(restored[name].ToArray(), fileDownloadName: name)
        : Results.Bytes(Zip(restored), "application/zip", "restored.zip");
}).DisableAntiforgery();

app.Run();

static string EndingOf(string name) =>
    new[] { ".nii.gz", ".nii" }.FirstOrDefault(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ?? ".dcm";

static byte[] Zip(Dictionary<string, MemoryStream> files)
{
    using var memory = new MemoryStream();
    using (var zip = new ZipArchive(memory, ZipArchiveMode.Create))
    {
        foreach (var (name, content) in files)
        {
            using var entry = zip.CreateEntry(Path.GetFileName(name)).Open();
            entry.Write(content.ToArray());
        }
    }

    return memory.ToArray();
}
