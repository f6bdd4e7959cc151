using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Finds the images among files and groups them by series.</summary>
internal static class SeriesFinder
{
    /// <summary>A small file of a series has a slice, too.</summary>
    private const int SliceAllowance = 4096;

    /// <summary>All files of a folder and the folders in it, in the order of their names.</summary>
    public static IEnumerable<ImageContent> Files(string folder) => new FolderWalk(folder).Files.Select(ImageContent.OfFile);

    /// <summary>Groups images by series.</summary>
    /// <param name="files">DICOM files and others, in any order.</param>
    /// <param name="options">How to read them, and with <see cref="ImageReadOptions.SeriesInstanceUid"/> which series alone is
    /// judged.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The series in the order of their numbers, and the objects that are no images, or too damaged to tell.</returns>
    public static (IReadOnlyList<DicomSeries> Series, IReadOnlyList<LeftOutFile> LeftOut) Find(
        IEnumerable<ImageContent> files, ImageReadOptions options, CancellationToken cancellationToken = default)
    {
        var series = new Dictionary<string, DicomSeries>();
        var meter = new MemoryMeter(0);
        var leftOut = new List<LeftOutFile>();
        foreach (var content in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(content, series, options, meter) is { } file && (options.SeriesInstanceUid is null || file.SeriesInstanceUid is null
                || file.SeriesInstanceUid == options.SeriesInstanceUid))
            {
                leftOut.Add(file);
            }
        }

        // What lies among the images of a series and is none is a damaged image.
        foreach (var found in series.Values)
        {
            found.LeftOut.AddRange(leftOut.Where(file => file.SeriesInstanceUid == found.Uid));
            leftOut.RemoveAll(found.LeftOut.Contains);
        }

        return ([.. series.Values.SelectMany(found => found.Split()).OrderBy(found => found.Number ?? int.MaxValue)
            .ThenBy(found => found.Uid, StringComparer.Ordinal)], leftOut);
    }

    /// <summary>Adds a file to its series.</summary>
    /// <returns>Why it belongs to none; <see langword="null"/> where it was added, or is no DICOM file at all.</returns>
    private static LeftOutFile? Read(ImageContent content, Dictionary<string, DicomSeries> all, ImageReadOptions options, MemoryMeter meter)
    {
        var path = content.Name;
        string? uid = null;
        try
        {
            if (content.Refusal is { } problem)
            {
                return IsNamedOtherwise(path) ? null : new(path, problem, null) { IsDamaged = true };
            }

            var source = DicomProviders.Current.Read(content);
            uid = source.DataSet.GetString(Tags.SeriesInstanceUid) ?? (source.Pixels is null ? null : "");
            if (SliceReader.IsDirectory(source) || options.SeriesInstanceUid is { } wanted && uid is not null && wanted != uid)
            {
                return null;
            }

            meter.Allow(content.Length + SliceAllowance);
            Add(SliceReader.Check(source), uid ?? "", all, options, meter);
            return null;
        }
        catch (DicomDataException exception) when (exception.IsOtherFormat)
        {
            return path.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase)
                ? new(path, "it is no DICOM file, although its name says so.", null) { IsDamaged = true }
                : null;
        }
        catch (DicomDataException exception)
        {
            return new(path, exception.Message, uid ?? exception.SeriesInstanceUid) { IsDamaged = !exception.IsForeign };
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new(path, exception.Message, uid) { IsDamaged = true };
        }
    }

    /// <summary>Whether the name tells that a file is of another format, or no image.</summary>
    private static bool IsNamedOtherwise(string path) => NiftiPaths.EndingOf(path) is not null || Sidecars.Has(path);

    private static void Add(DicomObject source, string uid, Dictionary<string, DicomSeries> all, ImageReadOptions options,
        MemoryMeter meter)
    {
        FrameList? frames = null;
        DicomDataException? damage = null;
        try
        {
            frames = FrameList.Of(source, options, meter);
        }
        catch (DicomDataException exception) when (!exception.IsForeign)
        {
            damage = exception;
        }

        if (!all.TryGetValue(uid, out var series))
        {
            all[uid] = series = new(uid, source.DataSet.TryGetInt(Tags.SeriesNumber));
        }

        if (frames is null)
        {
            series.LeftOut.Add(new(source.Path, damage!.Message, uid) { IsDamaged = true });
            return;
        }

        try
        {
            FrameReader.CheckCodec(source);
            series.Slices.AddRange(frames);
        }
        catch (DicomDataException exception)
        {
            series.Failure ??= exception.At(source.Path);
            series.Refused.Add(source.Path);
        }
    }
}
