using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Samples;
using Tat.Torch.Files;

namespace Tat.Tests.Formats.Corpus;

/// <summary>
/// Compares all that is below a folder, a folder at a time: each file with pydicom or nibabel, and the series in it with dcm2niix where
/// that is installed.
/// </summary>
internal sealed class CorpusRun(CorpusReport report, bool hasDcm2niix, CancellationToken cancellationToken) : IDisposable
{
    private static readonly ImageReadOptions _asStored = new() { Pet = PetQuantity.AsStored };
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
    private readonly CorpusPeer _peer = new();

    /// <summary>Links to folders are not followed.</summary>
    public async Task Folder(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            await CompareFile(file);
        }

        if (hasDcm2niix)
        {
            CompareSeries(folder);
        }

        foreach (var below in new DirectoryInfo(folder).EnumerateDirectories().Where(below => below.LinkTarget is null))
        {
            await Folder(Path.Combine(folder, below.Name));
        }
    }

    public void Dispose() => _peer.Dispose();

    private async Task CompareFile(string file)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var theirs = RegularFile.Exists(file) ? _peer.Read(file) : new() { Error = "empty, or a pipe or device" };
        var inspected = await Cli.RunAsync(cancellationToken, "inspect", file, "--json");
        var ours = inspected.Output.Length > 0 ? JsonSerializer.Deserialize<ImageFacts[]>(inspected.Output, _json)!.FirstOrDefault() : null;
        var error = ours is null ? inspected.Errors.Trim() : ours.Rows == 0 ? "no image" : null;
        Disagreement[] disagreements = [];
        if (inspected.ExitCode is not (ExitCodes.Done or ExitCodes.Failed))
        {
            disagreements = [new("exit code", $"{inspected.ExitCode}: {inspected.Errors}", theirs.Error ?? "")];
        }
        else if (error is null && theirs.Error is null)
        {
            disagreements = [.. CorpusComparison.Compare(ours!, theirs)];
            disagreements = theirs.WholeWords is { } whole && !CorpusComparison.Compare(ours!, whole).Any() ? [] : disagreements;
        }

        report.Add("files", file, error, theirs.Error, disagreements);
    }

    private void CompareSeries(string folder)
    {
        var series = SeriesFinder.Find(Directory.EnumerateFiles(folder).Select(ImageContent.OfFile), _asStored, cancellationToken).Series
            .Where(one => one.Uid != "" && (one.Slices.Count > 1 || one.Files.Count > 1 || one.Failure is not null)).ToList();
        if (series.Count == 0)
        {
            return;
        }

        using var converted = new TemporaryFolder();
        Peer.Run("dcm2niix", "-d", "0", "-b", "n", "-z", "n", "-x", "i", "-f", "%j", "-o", converted.Path, folder);
        foreach (var one in series)
        {
            cancellationToken.ThrowIfCancellationRequested();
            PeerFacts[] parts = one.LeftOut.Count == 0 ? Parts(converted, one) : PartsWithoutCopies(one);
            var theirs = parts.Length > 0 ? PeerFacts.Join(parts) : new() { Error = "dcm2niix makes nothing of it" };
            string? error = null;
            Disagreement[] disagreements = [];
            try
            {
                var source = new ScanSource(folder, folder, one.Uid, _asStored, one);
                using var scan = source.Open();
                var ours = ImageFacts.Of(source, cancellationToken);
                disagreements = theirs.Error is null ? [.. CorpusComparison.Compare(ours, theirs, scan.Affine, scan.SlicesPerVolume)] : [];
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                error = exception.Message;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                disagreements = [new("exception", exception.ToString(), theirs.Error ?? "")];
            }

            report.Add("series", $"{folder} {one.Uid}", error, theirs.Error, disagreements);
        }
    }

    private PeerFacts[] Parts(TemporaryFolder converted, DicomSeries series) =>
        [.. converted.Files.Where(name => IsOf(series.Uid, name)).Select(name => _peer.Read(converted[name]))];

    /// <summary>Of several files of one image dcm2niix takes any, a damaged one too.</summary>
    private PeerFacts[] PartsWithoutCopies(DicomSeries series)
    {
        using var taken = new TemporaryFolder();
        using var converted = new TemporaryFolder();
        foreach (var (i, path) in series.Slices.Select(slice => slice.Source.Path).Distinct().Index())
        {
            File.CreateSymbolicLink(taken[$"{i}.dcm"], path);
        }

        Peer.Run("dcm2niix", "-d", "0", "-b", "n", "-z", "n", "-x", "i", "-f", "%j", "-o", converted.Path, taken.Path);
        return Parts(converted, series);
    }

    /// <summary>Whether dcm2niix gave a volume that name for a series; what it resampled is left out.</summary>
    private static bool IsOf(string uid, string name) => name.StartsWith(uid, StringComparison.Ordinal)
        && name.EndsWith(".nii", StringComparison.Ordinal)
        && Path.GetFileNameWithoutExtension(name)[uid.Length..] is var suffix
        && suffix is not ['.' or (>= '0' and <= '9'), ..]
        && !suffix.Contains("_Tilt", StringComparison.Ordinal) && !suffix.Contains("_Eq", StringComparison.Ordinal);
}
