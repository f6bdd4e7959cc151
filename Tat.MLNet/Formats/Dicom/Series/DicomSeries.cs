using Tat.MLNet.Formats.Dicom.Model;
using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Dicom.Series;

/// <summary>The slices of one series that were found, in no particular order, or why they cannot be read.</summary>
internal sealed class DicomSeries(string uid, int? number)
{
    public string Uid { get; } = uid;

    public int? Number { get; } = number;

    public List<DicomSlice> Slices { get; init; } = [];

    /// <summary>Damaged files.</summary>
    public List<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>Files of a kind that cannot be read.</summary>
    public List<string> Refused { get; init; } = [];

    /// <summary>Why the first of them cannot.</summary>
    public ImageFormatException? Failure { get; set; }

    /// <summary>The files of the series.</summary>
    public IReadOnlyList<string> Files => [.. Slices.Select(slice => slice.Source.Path).Concat(LeftOut.Select(file => file.Path))
        .Concat(Refused).Distinct()];

    /// <summary>Sorts and checks the slices.</summary>
    /// <param name="path">The folder or file, for messages.</param>
    /// <param name="format">The format.</param>
    /// <param name="options">Whether an irregular series is refused.</param>
    /// <exception cref="ImageFormatException">A file cannot be read, or the slices are no volume.</exception>
    public DicomScan Assemble(string path, IImageFormat format, ImageReadOptions options)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        if (Slices.Count == 0)
        {
            throw new ImageFormatException(LeftOut[0].Path, LeftOut[0].Reason);
        }

        try
        {
            return SeriesAssembler.Assemble(path, format, Slices, LeftOut, options);
        }
        catch (DicomDataException exception)
        {
            throw exception.At(path);
        }
    }

    /// <summary>
    /// Takes apart what one scan cannot hold: copies in several folders, and images of different sizes or units. Of other copies one is
    /// left.
    /// </summary>
    public IEnumerable<DicomSeries> Split()
    {
        foreach (var copy in SplitFolders())
        {
            ImageCopies.LeaveOut(copy);
            var kinds = copy.Slices.GroupBy(slice => (slice.Layout.Rows, slice.Layout.Columns, slice.Modality, slice.Quantity.Unit))
                .OrderByDescending(kind => kind.Count()).ToList();
            foreach (var (i, kind) in kinds.Index())
            {
                yield return new(Uid, Number)
                {
                    Slices = [.. kind],
                    LeftOut = i == 0 ? copy.LeftOut : [],
                    Refused = Refused,
                    Failure = Failure,
                };
            }

            if (kinds.Count == 0)
            {
                yield return copy;
            }
        }
    }

    /// <summary>Copies of the same objects in several folders are series of their own.</summary>
    private IEnumerable<DicomSeries> SplitFolders()
    {
        var folders = Slices.GroupBy(slice => Path.GetDirectoryName(slice.Source.Path)!).ToList();
        return folders.Count > 1 && Slices.Select(slice => (slice.SopInstanceUid, slice.Frame)).Distinct().Count() < Slices.Count
            ? folders.Select(folder => new DicomSeries(Uid, Number)
            {
                Slices = [.. folder],
                LeftOut = [.. LeftOut.Where(file => Path.GetDirectoryName(file.Path) == folder.Key)],
                Refused = Refused,
                Failure = Failure,
            })
            : [this];
    }

    /// <summary>One line, without patient data.</summary>
    public override string ToString() => Slices is [var first, ..]
        ? $"{Uid}  {first.Modality ?? "?"}  number {Number?.ToString() ?? "?"}  {MessageText.Amount(Slices.Count, "slice")} of "
            + $"{first.Layout.Rows} × {first.Layout.Columns}"
        : $"{Uid}  number {Number?.ToString() ?? "?"}  {Failure?.Message ?? LeftOut[0].ToString()}";
}
