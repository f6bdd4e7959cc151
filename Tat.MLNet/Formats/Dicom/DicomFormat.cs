using Tat.MLNet.Formats.Contracts;
using Tat.MLNet.Formats.Dicom.Codecs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Dicom.Writing;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom;

/// <summary>
/// DICOM images: files of one or more frames, and folders that hold a series, in Implicit VR Little Endian, Explicit VR Little and Big
/// Endian, Deflated, RLE Lossless, JPEG baseline, extended, progressive and lossless, JPEG-LS lossless and near-lossless, and JPEG 2000.
/// </summary>
/// <remarks>
/// <para>Pixel values are physical: bits that are not stored are masked and the sign is extended, then Modality LUT or rescale apply, per
/// slice or frame. CT is in HU, MR in scanner intensity, PET in SUV by body weight. MONOCHROME1 is not inverted, and padding keeps its
/// value.</para>
/// <para>The slices of a series, and the frames of an object that tell their positions, are sorted along their normal. A series that is no
/// regular volume is refused with the reason, or, with
/// <see cref="ImageReadOptions.AllowIrregularSeries"/>, read slice by slice; nothing is ever resampled.</para>
/// <para>High-Throughput JPEG 2000 needs the packages <c>Tat.MLNet.FoDicom</c> and <c>fo-dicom.Codecs</c>. Colour images, segmentations,
/// waveforms, dose grids and DICOMDIR are refused.</para>
/// </remarks>
/// <seealso href="https://www.dicomstandard.org/current">The DICOM standard</seealso>
public sealed class DicomFormat : IImageFormat
{
    /// <inheritdoc/>
    public string Name => "DICOM";

    /// <inheritdoc/>
    public bool Recognizes(string path)
    {
        try
        {
            return Directory.Exists(path) ? SeriesFinder.Files(path).Any(DicomFileStart.IsDicom)
                : DicomFileStart.IsDicom(ImageContent.OfFile(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public IImageScan Open(string path) => Open(path, new ImageReadOptions());

    /// <inheritdoc/>
    public IImageScan Open(string path, ImageReadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return Directory.Exists(path) ? OpenSeries(path, SeriesFinder.Files(path), options)
                : OpenFile(ImageContent.OfFile(path), options);
        }
        catch (DicomDataException exception)
        {
            throw exception.At(path);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Several contents are the objects of one series, as the files of a folder are.</remarks>
    public IImageScan? TryOpen(IReadOnlyList<ImageContent> contents, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(options);
        if (contents is [var one])
        {
            return TryOpenFile(one, options);
        }

        try
        {
            return contents.Any(DicomFileStart.IsDicom) ? OpenSeries(contents[0].Name, contents, options) : null;
        }
        catch (DicomDataException exception)
        {
            throw exception.At(contents[0].Name);
        }
    }

    /// <summary>Opens a file once, to see what it is and to read it.</summary>
    /// <returns>The scan; <see langword="null"/> where the file is none of DICOM.</returns>
    /// <exception cref="ImageFormatException">It is damaged, or of a kind that cannot be read.</exception>
    internal IImageScan? TryOpenFile(ImageContent file, ImageReadOptions options)
    {
        try
        {
            return OpenFile(file, options);
        }
        catch (DicomDataException exception)
        {
            return exception.IsOtherFormat ? null : throw exception.At(file.Name);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// <para>Each object of the source gives a new one, of one new series in the same study and frame of reference, in Explicit VR Little
    /// Endian with text in UTF-8. Patient, study, geometry and acquisition are those of the source; image type, derivation, source
    /// references, contributing equipment and description say what was done. A folder gets files named IM00001.dcm and so on, or with
    /// <see cref="DerivedImageOptions.WriteDifference"/> the folders <c>restored</c> and <c>difference</c>; the source of one file can also
    /// be written to a path that ends in <c>.dcm</c>.</para>
    /// <para>HU are stored as integers, PET with the slope that suits each slice, other images on a grid that is at least as fine as the
    /// source's and holds its values. Padding keeps its value, or is a number that no pixel has where that would cost pixels their steps.
    /// Each object is read back and compared before anything appears at the
    /// destination.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The source is no DICOM scan, the destination names a file that cannot hold the result, or the
    /// slices are not as many or as large as in it, or have values that are no numbers.</exception>
    /// <exception cref="IOException">The destination exists and is not an empty folder, or is the source.</exception>
    public void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentNullException.ThrowIfNull(slices);
        WriteObjects(source, destination, slices, options ?? new(), replace: false, cancellationToken);
    }

    /// <summary>
    /// Writes restored slices as <see cref="WriteDerived"/> does; on request a folder that is there gives way to the new one, with all that
    /// is in it.
    /// </summary>
    /// <returns>The objects that were written.</returns>
    internal static IReadOnlyList<WrittenFile> WriteObjects(IImageScan source, string destination, IEnumerable<ImageSlice> slices,
        DerivedImageOptions options, bool replace, CancellationToken cancellationToken)
    {
        if (source is ReslicedScan resliced)
        {
            return WriteObjects(resliced.Source, destination, resliced.ToSource(slices), options, replace, cancellationToken);
        }

        var grid = source as UpsampledScan;
        var scan = (grid?.Source ?? source) as DicomScan ?? throw new ArgumentException(
            "The source was not opened as DICOM; write the result in the format of its source.", nameof(source));
        if (Nifti.NiftiPaths.EndingOf(destination) is not null)
        {
            throw new ArgumentException(
                $"'{destination}' names a NIfTI file; write it with {nameof(Nifti.NiftiFormat)}.", nameof(destination));
        }

        CheckDestination(scan, destination, options);
        try
        {
            return IsFile(destination)
                ? WriteFile(scan, grid, destination, slices, options, cancellationToken)
                : WriteFolder(scan, grid, destination, slices, options, replace, cancellationToken);
        }
        catch (DicomDataException exception)
        {
            throw exception.At(scan.Path);
        }
    }

    /// <summary>Refuses a file for a result of several objects.</summary>
    /// <exception cref="ArgumentException">It is so.</exception>
    internal static void CheckDestination(DicomScan scan, string destination, DerivedImageOptions options)
    {
        if (IsFile(destination) && (options.WriteDifference || scan.SliceCount != scan.Slices[0].Layout.Frames))
        {
            throw new ArgumentException(
                $"'{destination}' names one DICOM file, and the result has several; name a folder.", nameof(destination));
        }
    }

    private static bool IsFile(string destination) => destination.EndsWith(".dcm", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<WrittenFile> WriteFile(DicomScan scan, UpsampledScan? grid, string destination,
        IEnumerable<ImageSlice> slices, DerivedImageOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<WrittenFile> Write(DerivedFile file) =>
            new DerivedSeriesWriter(scan, grid, options, (_, _) => file).Write(slices, cancellationToken);
        if (options.Output is { } output)
        {
            return Write(DerivedFile.To(output, destination));
        }

        SourceFiles.Keep(scan, destination);
        destination = Path.GetFullPath(destination);
        using var file = new AtomicFile(destination);
        var written = Write(DerivedFile.At(file.Path));
        file.Commit();
        return [.. written.Select(one => one with { Path = destination })];
    }

    private static IReadOnlyList<WrittenFile> WriteFolder(DicomScan scan, UpsampledScan? grid, string destination,
        IEnumerable<ImageSlice> slices, DerivedImageOptions options, bool replace, CancellationToken cancellationToken)
    {
        IReadOnlyList<WrittenFile> Write(Func<string, DerivedFile> file) => new DerivedSeriesWriter(scan, grid, options, (series, number) =>
        {
            var name = DerivedSeriesWriter.FileName(number);
            return file(!options.WriteDifference ? name : series.IsDifference ? $"difference/{name}" : $"restored/{name}");
        }).Write(slices, cancellationToken);
        if (options.Output is { } output)
        {
            return Write(name => DerivedFile.To(output, $"{destination}/{name}"));
        }

        SourceFiles.Keep(scan, destination);
        using var folder = new AtomicFolder(destination, replace);
        var written = Write(name => DerivedFile.At(Path.Combine(folder.Path, name)));
        folder.Commit();
        return [.. written.Select(file => file with { Path = Path.Combine(destination, Path.GetRelativePath(folder.Path, file.Path)) })];
    }

    private DicomScan OpenFile(ImageContent file, ImageReadOptions options)
    {
        var source = SliceReader.Check(DicomProviders.Current.Read(file));
        FrameReader.CheckCodec(source);
        return SeriesAssembler.Assemble(file.Name, this, FrameList.Of(source, options, new(file.Length)), [], options);
    }

    private DicomScan OpenSeries(string path, IEnumerable<ImageContent> files, ImageReadOptions options)
    {
        var (found, leftOut) = SeriesFinder.Find(files, options);
        if (found is [var single])
        {
            // Files that do not tell their series may belong to the only one.
            single.LeftOut.AddRange(leftOut);
            return single.Assemble(path, this, options);
        }

        throw new DicomDataException(found.Count > 1 && found.DistinctBy(series => series.Uid).Count() == 1
            ? "the series mixes images of different sizes or units, or is there several times; restore it as a whole, or separate "
                + $"them:{string.Concat(found.Select(series => $"{Environment.NewLine}  {series}"))}"
            : found.Count > 0
            ? $"there are {found.Count} series; name the one to "
                + $"open:{string.Concat(found.Select(series => $"{Environment.NewLine}  {series}"))}"
            : "there are no "
                + $"{(options.SeriesInstanceUid is null ? "DICOM images" : "images of the series that was asked for")}."
                + $"{string.Concat(leftOut.Select(file => $"{Environment.NewLine}  {file}"))}");
    }
}
