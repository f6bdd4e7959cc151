using System.IO.Compression;
using Tat.Samples.Service.Jobs;

namespace Tat.Samples.Service.Api;

/// <summary>A result of several files as one.</summary>
internal static class ResultArchive
{
    /// <summary>Writes a zip; results are compressed little or already, so that it hardly tries.</summary>
    public static async Task WriteAsync(Stream stream, string folder, Job job, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, null, cancellationToken);
        foreach (var file in job.Scans.SelectMany(scan => scan.Files))
        {
            var entry = zip.CreateEntry(file.Name, CompressionLevel.Fastest);
            entry.LastWriteTime = job.Finished ?? job.Created;
            await using var target = await entry.OpenAsync(cancellationToken);
            await using var source = File.OpenRead(Path.Combine(folder, file.Name));
            await source.CopyToAsync(target, cancellationToken);
        }
    }
}
