using System.Diagnostics;
using System.Runtime.InteropServices;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scans;

/// <summary>Writes the restored slices of a scan, and on request how far they may be off.</summary>
/// <param name="scan">The scan.</param>
/// <param name="unit">The unit of its values.</param>
/// <param name="options">What is to be written.</param>
/// <param name="maySpill">Whether pixels that memory does not hold may go to a temporary file.</param>
internal sealed class ResultWriter(IImageScan scan, string unit, ScanRestorationOptions options, bool maySpill)
{
    private const string MarginSuffix = "TAT 90 % margin – not for diagnostic use";
    private long _saturated;

    /// <summary>What to know of the result that was written.</summary>
    public IEnumerable<string> Warnings => _saturated == 0 ? [] :
    [
        MessageText.Amount(_saturated, "value lies", "values lie") + " beyond what the data type of the source can store, and "
            + "became its smallest or largest; store 32-bit floats instead, by not keeping the type",
    ];

    /// <summary>Writes slices with their sidecars.</summary>
    public IReadOnlyList<WrittenFile> Write(
        string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions derived, CancellationToken cancellationToken) =>
        ScanWriter.Write(scan, destination, Counted(destination, slices, derived), derived, options.SidecarSources is { } sources
            ? [.. NiftiFormat.Destinations(scan, destination).Select(image => ScanSidecar.Of(image, derived, unit, sources))]
            : [], options.Overwrite, cancellationToken);

    private IEnumerable<ImageSlice> Counted(string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions derived)
    {
        if (!derived.KeepDataType || NiftiPaths.EndingOf(destination) is null || scan.AsOpened() is not NiftiScan nifti)
        {
            return slices;
        }

        return slices.Select(slice =>
        {
            _saturated += nifti.File.Voxels.CountBeyond(slice.Pixels);
            return slice;
        });
    }

    /// <summary>
    /// Writes the result and its margins, which appear together or not at all, the result last: it tells that both are there.
    /// </summary>
    public IReadOnlyList<WrittenFile> WriteWithMargins(string destination, IEnumerable<ImageSlice> slices, MarginRestorer restorer,
        DerivedImageOptions derived, CancellationToken cancellationToken)
    {
        if (derived.Output is not null)
        {
            return WriteBoth(destination, slices, restorer, derived, cancellationToken);
        }

        ScanWriter.Check(scan, destination, derived, options.Overwrite);
        ScanWriter.Check(scan, ScanJob.MarginOf(destination), derived, options.Overwrite || HasLeftMargins(destination, derived));
        destination = Path.TrimEndingDirectorySeparator(destination);
        var folder = Path.GetDirectoryName(Path.GetFullPath(destination))!;
        using var work = new Staging(folder);
        var place = Directory.CreateDirectory(work.Add("results")).FullName;
        var written = WriteBoth(Path.Combine(place, Path.GetFileName(destination)), slices, restorer, derived, cancellationToken);
        written = [.. written.Select(file => file with { Path = Path.GetRelativePath(place, file.Path) })];
        using var results = new Staging(folder);
        foreach (var name in written.Select(file => file.Path.Split(Path.DirectorySeparatorChar)[0]).Distinct().Reverse())
        {
            results.Take(Path.Combine(place, name));
        }

        results.Commit();
        return [.. written.Select(file => file with { Path = Path.Combine(Path.GetDirectoryName(destination) ?? "", file.Path) })];
    }

    /// <summary>Whether there are the margins of this result without it, which a run has left that was ended while it wrote both.</summary>
    private static bool HasLeftMargins(string destination, DerivedImageOptions derived) =>
        ScanJob.FirstOf(ScanJob.MarginOf(destination)) is { } margins && ResultOptions.DigestOf(margins) is { } digest
            && digest == derived.Parameters.GetValueOrDefault(OptionsDigest.Name);

    private IReadOnlyList<WrittenFile> WriteBoth(string destination, IEnumerable<ImageSlice> slices, MarginRestorer restorer,
        DerivedImageOptions derived, CancellationToken cancellationToken)
    {
        using var memory = new PixelMemory
        {
            Capacity = maySpill ? Math.Max(1, options.KeptBytes) : long.MaxValue,
            MaySpill = maySpill,
        };
        var count = 0;
        IEnumerable<ImageSlice> Margins()
        {
            foreach (var slice in slices)
            {
                memory.Get("", count++, () => MemoryMarshal.AsBytes(slice.Pixels.AsSpan()).ToArray());
                yield return restorer.MarginOf(slice);
            }
        }

        var margins = Write(ScanJob.MarginOf(destination), Margins(), derived with
        {
            DescriptionSuffix = MarginSuffix,
            WriteDifference = false,
            KeepDataType = false,
            IsMargin = true,
        }, cancellationToken);
        var restored = Enumerable.Range(0, count).Select(i => new ImageSlice(
            MemoryMarshal.Cast<byte, float>(memory.Get("", i, () => throw new UnreachableException())).ToArray(), scan.Rows, scan.Columns));
        return [.. Write(destination, restored, derived, cancellationToken), .. margins];
    }
}
