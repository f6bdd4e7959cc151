using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Dicom;

/// <summary>
/// DICOM images: files of one or more frames, and folders that hold a series, in Implicit VR Little Endian, Explicit VR Little and Big Endian,
/// Deflated, RLE Lossless, and JPEG baseline, extended, progressive and lossless.
/// </summary>
/// <remarks>
/// <para>Pixel values are physical: bits that are not stored are masked and the sign is extended, then Modality LUT or rescale apply, per slice
/// or frame. CT is in HU, MR in scanner intensity, PET in SUV by body weight. MONOCHROME1 is not inverted, and padding keeps its value.</para>
/// <para>The slices of a series are sorted along their normal. A series that is no regular volume is refused with the reason, or, with
/// <see cref="ImageReadOptions.AllowIrregularSeries"/>, read slice by slice; nothing is ever resampled.</para>
/// <para>JPEG-LS and JPEG 2000 need the codec package of fo-dicom and a build with <c>UseFoDicom=true</c>. Colour images, segmentations,
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
            return Directory.Exists(path) ? SeriesFinder.Files(path).Any(SeriesFinder.IsDicom) : SeriesFinder.IsDicom(path);
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
            return Directory.Exists(path) ? OpenSeries(path, SeriesFinder.Files(path), options) : OpenFile(path, options);
        }
        catch (DicomDataException exception)
        {
            throw exception.At(path);
        }
    }

    /// <inheritdoc/>
    public void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    private DicomScan OpenFile(string path, ImageReadOptions options)
    {
        var source = SliceReader.Check(DicomProviders.Current.Read(path));
        FrameReader.CheckCodec(source);
        var frames = new FrameList(source, PixelLayout.Of(source), options);
        return new DicomScan(path, this, frames, FrameSpacing.Of(source.DataSet, frames), []);
    }

    private DicomScan OpenSeries(string path, IEnumerable<string> files, ImageReadOptions options)
    {
        var found = SeriesFinder.Find(files, options);
        return found.Count switch
        {
            0 => throw new DicomDataException(options.SeriesInstanceUid is null
                ? "the folder holds no DICOM images."
                : "the folder holds no image of the series that was asked for."),
            1 => SeriesAssembler.Assemble(path, this, found[0], options),
            _ => throw new DicomDataException(
                $"the folder holds {found.Count} series; name the one to open:{string.Concat(found.Select(series => $"{Environment.NewLine}  {SeriesAssembler.Describe(series)}"))}"),
        };
    }
}
