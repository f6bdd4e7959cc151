using System.Globalization;
using System.Text;
using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Deidentification;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.Torch.Files;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Writes the objects of derived series, one for each source object, and reads each back.</summary>
internal sealed class DerivedSeriesWriter
{
    /// <summary>The objects that must have a Real World Value Mapping (PS3.3, section A.75.3).</summary>
    private const string ParametricMap = "1.2.840.10008.5.1.4.1.1.30";

    private readonly DicomScan _scan;
    private readonly UpsampledScan? _grid;
    private readonly DerivedScaling _scaling;
    private readonly DerivedSeries _restored;
    private readonly DerivedSeries? _difference;
    private readonly Func<DerivedSeries, int, DerivedFile> _file;
    private readonly List<WrittenFile> _written = [];

    /// <summary>
    /// The objects so far, by their number, while nothing of the series was changed; <see langword="null"/> once something was, or where
    /// values are not those of the source. A series is stored in one way: as the source has it where all values are the source's.
    /// </summary>
    private List<(List<DicomSlice> Frames, int Number)>? _unchanged;

    /// <summary>
    /// Why no objects can be derived of those of a scan, as the rest of a sentence; <see langword="null"/> where they can.
    /// </summary>
    public static string? Refusal(DicomScan scan) => scan.Slices[0].SopClassUid == ParametricMap
        ? "it is a Parametric Map, which must tell what real-world values its stored values stand for, and a result stores others; write "
            + "the result as NIfTI."
        : null;

    /// <summary>Prepares a series.</summary>
    /// <param name="scan">The source.</param>
    /// <param name="grid">The finer grid of the restored slices; <see langword="null"/> where they have that of the source.</param>
    /// <param name="options">How the result describes itself.</param>
    /// <param name="file">The file for an object of a series, by the number of the object.</param>
    /// <exception cref="DicomDataException">The objects are of a kind that cannot be derived.</exception>
    public DerivedSeriesWriter(DicomScan scan, UpsampledScan? grid, DerivedImageOptions options, Func<DerivedSeries, int, DerivedFile> file)
    {
        if (Refusal(scan) is { } refusal)
        {
            throw new DicomDataException(refusal);
        }

        (_scan, _grid, _file) = (scan, grid, file);
        var scaling = DerivedScaling.Of(scan, options.Deidentify);
        _scaling = options.IsMargin ? scaling.ForDifference() : scaling;
        var deidentifier = options.Deidentify ? new Deidentifier(options.DeidentificationKey) : null;
        var created = DateTimeOffset.Now;
        DerivedSeries Series(bool isDifference) =>
            new()
            {
                Uid = NewUid(options, scan.Slices[0].SeriesInstanceUid, isDifference),
                IsDifference = isDifference,
                Options = options,
                Factor = grid?.Factor,
                Deidentifier = deidentifier,
                Created = created,
            };
        _restored = Series(false);
        _difference = options.WriteDifference ? Series(true) : null;

        // Spare bits of the source's words may name the patient.
        _unchanged = grid is null && !options.IsMargin && !options.Deidentify ? [] : null;
    }

    /// <summary>Writes all objects.</summary>
    /// <returns>Them.</returns>
    /// <exception cref="ArgumentException">The slices are not as many or as large as those of the source.</exception>
    /// <exception cref="ImageFormatException">What was written is not what was to be written.</exception>
    public IReadOnlyList<WrittenFile> Write(IEnumerable<ImageSlice> slices, CancellationToken cancellationToken)
    {
        var incomplete = new Dictionary<string, SortedList<int, (DicomSlice Source, ImageSlice Restored)>>();
        var (index, number) = (0, 0);
        foreach (var restored in slices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var source = index < _scan.SliceCount ? _scan.Slices[index++] : throw WrongCount();

            // Slices come in the order of their positions; an object takes its frames in its own order.
            if (!incomplete.TryGetValue(source.Source.Path, out var frames))
            {
                incomplete[source.Source.Path] = frames = [];
            }

            frames.Add(source.Frame, (source, restored));
            if (frames.Count == source.Layout.Frames)
            {
                incomplete.Remove(source.Source.Path);
                Add([.. frames.Values.Select(frame => frame.Source)], [.. frames.Values.Select(frame => frame.Restored)], ++number);
            }
        }

        return index == _scan.SliceCount ? Complete(cancellationToken) : throw WrongCount();
    }

    private ArgumentException WrongCount() => new(
        $"The source has {MessageText.Amount(_scan.SliceCount, "slice")}; give as many restored ones.", "slices");

    private void Add(List<DicomSlice> frames, List<ImageSlice> restored, int number)
    {
        if (_unchanged is { } unchanged)
        {
            if (UnchangedFrames.Are(frames, restored))
            {
                unchanged.Add((frames, number));
                return;
            }

            _unchanged = null;
            foreach (var (earlier, earlierNumber) in unchanged)
            {
                Quantize(earlier, earlier.ConvertAll(slice => slice.Read()), earlierNumber);
            }
        }

        Quantize(frames, restored, number);
    }

    private List<WrittenFile> Complete(CancellationToken cancellationToken)
    {
        foreach (var (frames, number) in _unchanged ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteObject(new UnchangedFrames(frames), _difference is null ? [] : frames.ConvertAll(slice => slice.Read()), number);
        }

        return _written;
    }

    private void Quantize(List<DicomSlice> frames, List<ImageSlice> restored, int number)
    {
        var quantized = new QuantizedFrames(frames, restored, _scaling, _grid);
        WriteObject(quantized, _difference is null ? [] : quantized.ToImages(), number);
    }

    /// <summary>Writes an object, and the difference of its images to the source.</summary>
    private void WriteObject(DerivedFrames derived, IReadOnlyList<ImageSlice> images, int number)
    {
        var source = DicomProviders.Current.Read(derived.Slices[0].Source.Content);
        WriteObject(source, _restored, derived, number);
        if (_difference is not null)
        {
            ImageSlice[] differences = [.. derived.Slices.Zip(images, DifferenceOf)];
            WriteObject(source, _difference, new QuantizedFrames(derived.Slices, differences, _scaling.ForDifference(), _grid), number);
        }
    }

    private void WriteObject(DicomObject source, DerivedSeries series, DerivedFrames frames, int number)
    {
        var file = _file(series, number);
        var dataSet = DerivedObject.Create(source, series,
            NewUid(series.Options, source.DataSet.GetString(Tags.SopInstanceUid), series.IsDifference), frames.KeepsStoredValues);
        var pixels = frames.Describe(dataSet);
        var written = file.Write(stream => DicomProviders.Current.Write(stream, dataSet, pixels));
        DerivedCheck.ReadBack(written, dataSet, pixels, frames);
        file.Complete();
        _written.Add(new(file.Name, series.Uid, dataSet.GetString(Tags.SopInstanceUid)));
    }

    /// <summary>What was changed, in the unit of the source.</summary>
    private ImageSlice DifferenceOf(DicomSlice slice, ImageSlice restored)
    {
        var input = _grid is null ? slice.Read() : _grid.Upsample(slice.WithoutPadding(slice.Read()));
        var pixels = new float[input.Pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = restored.Pixels[i] - input.Pixels[i];
        }

        return new ImageSlice(pixels, input.Height, input.Width);
    }

    /// <summary>The UID of what is made of a series or an object, which is that of no other image.</summary>
    private static string NewUid(DerivedImageOptions options, string? source, bool isDifference) => options.UidSeed is { } seed
        ? DicomUids.Replace($"{source} {(isDifference ? "difference" : options.IsMargin ? "margin" : "restored")}",
            Encoding.UTF8.GetBytes(seed))
        : DicomUids.Create();

    /// <summary>What the file of an object is called: nothing that tells of the patient.</summary>
    public static string FileName(int number) => string.Create(CultureInfo.InvariantCulture, $"IM{number:D5}.dcm");
}
