using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>Finds the images of a folder and groups them by series.</summary>
internal static class SeriesFinder
{
    /// <summary>A small file of a series has a slice, too.</summary>
    private const int SliceAllowance = 4096;

    /// <summary>All files of a folder and the folders in it, in the order of their names.</summary>
    public static IEnumerable<string> Files(string folder) => new FolderWalk(folder).Files;

    /// <summary>Whether a file begins like a DICOM file.</summary>
    public static bool IsDicom(string path)
    {
        if (!RegularFile.Exists(path))
        {
            return false;
        }

        using var file = RegularFile.Open(path, 1);
        var start = new byte[DicomFileStart.Size];
        return DicomFileStart.FindFirstElement(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))) is not null;
    }

    /// <summary>Groups images by series; objects that are no images (reports, plans, directories) are passed over.</summary>
    /// <param name="files">DICOM files and others, in any order.</param>
    /// <param name="options">How to read them.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The series in the order of their numbers, each with its slices in no particular order.</returns>
    /// <exception cref="ImageFormatException">A file is damaged or cannot be read.</exception>
    public static IReadOnlyList<List<DicomSlice>> Find(IEnumerable<string> files, ImageReadOptions options, CancellationToken cancellationToken = default)
    {
        var series = new Dictionary<string, List<DicomSlice>>();
        var meter = new MemoryMeter(0);
        foreach (var path in files.Where(IsDicom))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var source = DicomProviders.Current.Read(path);
                var uid = source.DataSet.GetString(Tags.SeriesInstanceUid) ?? "";
                if (source.Pixels is null || options.SeriesInstanceUid is { } wanted && wanted != uid)
                {
                    continue;
                }

                if (!series.TryGetValue(uid, out var slices))
                {
                    series[uid] = slices = [];
                }

                meter.Allow(new FileInfo(path).Length + SliceAllowance);
                slices.AddRange(Slices(SliceReader.Check(source), options, meter));
            }
            catch (DicomDataException exception)
            {
                throw exception.At(path);
            }
        }

        return series.Values.OrderBy(slices => slices[0].SeriesNumber ?? int.MaxValue).ThenBy(slices => slices[0].SeriesInstanceUid, StringComparer.Ordinal).ToList();
    }

    private static FrameList Slices(DicomObject source, ImageReadOptions options, MemoryMeter meter)
    {
        FrameReader.CheckCodec(source);
        return FrameList.Of(source, options, meter);
    }
}
