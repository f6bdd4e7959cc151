using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>
/// NIfTI-1 and NIfTI-2 volumes: <c>.nii</c>, <c>.nii.gz</c> and <c>.hdr</c>/<c>.img</c> pairs, in either byte order, of all integer and
/// floating-point types up to 64 bits.
/// </summary>
/// <remarks>
/// <para>Slices lie along the stored third axis, then along time and the axes above it; the first (fastest) axis runs along the columns of
/// a slice and the second along its rows. Values are stored × <c>scl_slope</c> + <c>scl_inter</c>, or as stored where the slope is
/// 0.</para>
/// <para>A restored volume keeps the version, the byte order and all fields of its source's header that are not listed here, among them
/// dimensions, pixdim, qform, sform, units, time step, intent and cal_min/cal_max, as well as the extensions. Its voxels are 32-bit floats
/// without scaling (<see cref="DerivedImageOptions.KeepDataType"/> stores them as in the source); the note that it was restored is appended
/// to the description, or where that has no room, to the extensions as a comment.</para>
/// <para>Complex, RGB, 128-bit and Analyze 7.5 files are refused. The sizes in a header are compared with the length of the file before
/// memory is taken for them; a compressed file is inflated once, to memory or, beyond 512 MB, to a temporary file.</para>
/// </remarks>
/// <seealso href="https://nifti.nimh.nih.gov/nifti-1">NIfTI-1 Data Format</seealso>
public sealed class NiftiFormat : IImageFormat
{
    /// <inheritdoc/>
    public string Name => "NIfTI";

    /// <inheritdoc/>
    public bool Recognizes(string path) => File.Exists(path) && Recognizes(ImageContent.OfFile(path));

    private static bool Recognizes(ImageContent content)
    {
        try
        {
            return NiftiPaths.EndingOf(content.Name) switch
            {
                ".nii" or ".nii.gz" => true,
                ".img" => !IsDicom(content),
                null => HasHeader(content),
                _ => true,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public IImageScan Open(string path) => Open(path, new ImageReadOptions());

    /// <inheritdoc/>
    public IImageScan Open(string path, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NiftiScan(path, this, NiftiFile.Open(NiftiContents.Of(path), options.Budget));
    }

    /// <inheritdoc/>
    public IImageScan? TryOpen(IReadOnlyList<ImageContent> contents, ImageReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(options);
        return contents.All(Recognizes) && NiftiContents.Of(contents) is { } files
            ? new NiftiScan(files.Header.Name, this, NiftiFile.Open(files, options.Budget))
            : null;
    }

    /// <inheritdoc/>
    /// <remarks>A scan of several parts makes as many files, <c>NAME_part-1.nii.gz</c> and so on, which appear together.</remarks>
    /// <exception cref="ArgumentException">The destination has none of NIfTI's endings, or the slices are not as many or as large as in the
    /// source.</exception>
    /// <exception cref="IOException">The destination is the source.</exception>
    public void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(slices);
        WriteDerived(source, destination, slices, options ?? new(), [], cancellationToken);
    }

    /// <summary>Writes restored slices and what lies beside them; all files appear together, or none.</summary>
    /// <param name="source">The scan that the slices are of.</param>
    /// <param name="destination">The file to write, or the name that those of the parts are made of.</param>
    /// <param name="slices">The slices, in the order of the scan.</param>
    /// <param name="options">How to write.</param>
    /// <param name="beside">Files of the same folder, by their paths, and what writes them.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    internal static void WriteDerived(
        IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions options,
        IReadOnlyList<(string Path, Action<Stream> Write)> beside, CancellationToken cancellationToken)
    {
        if (source is ReslicedScan resliced)
        {
            WriteDerived(resliced.Source, destination, resliced.ToSource(slices), options, beside, cancellationToken);
            return;
        }

        NiftiPaths[] paths = [.. Destinations(source, destination).Select(NiftiPaths.ForWriting)];
        if (options.Output is { } output)
        {
            WriteParts(output, source, paths, slices, options, beside, cancellationToken);
            return;
        }

        // The first part is the one that tells whether there is a result.
        SourceFiles.Keep(source, paths.SelectMany(part => part.InOrder));
        using var files = new AtomicFiles(
            [.. beside.Select(file => file.Path), .. Enumerable.Reverse(paths).SelectMany(part => part.InOrder)]);
        WriteParts(files.Create, source, paths, slices, options, beside, cancellationToken);
        files.Commit();
    }

    private static void WriteParts(Func<string, Stream> create, IImageScan source, NiftiPaths[] paths, IEnumerable<ImageSlice> slices,
        DerivedImageOptions options, IReadOnlyList<(string Path, Action<Stream> Write)> beside, CancellationToken cancellationToken)
    {
        using var rest = slices.GetEnumerator();
        foreach (var (i, part) in source.Parts.Index())
        {
            // The last one takes what is left, and sees whether that is too much.
            var own = Take(rest, i < paths.Length - 1 ? part.SliceCount : int.MaxValue);
            WritePart(create, part, paths[i], own, options, cancellationToken);
        }

        foreach (var (path, write) in beside)
        {
            using var stream = create(path);
            write(stream);
        }
    }

    /// <summary>The files of a result: one, or one for each part of the scan.</summary>
    internal static IEnumerable<string> Destinations(IImageScan source, string destination) =>
        source.Parts.Count > 1 ? source.Parts.Select((_, i) => NiftiPaths.OfPart(destination, i + 1)) : [destination];

    private static void WritePart(Func<string, Stream> create, IImageScan source, NiftiPaths paths, IEnumerable<ImageSlice> slices,
        DerivedImageOptions options, CancellationToken cancellationToken)
    {
        var upsampled = source as UpsampledScan;
        var scan = (upsampled?.Source ?? source) as NiftiScan;
        var file = scan?.File;
        var header = file?.Header.Clone()
            ?? NiftiWriter.NewHeader(source.Rows, source.Columns, source.SlicesPerVolume, source.SliceCount / source.SlicesPerVolume,
                source.RowSpacing, source.ColumnSpacing, source.SliceSpacing, source.Affine, source.TimeStep);
        if (file is not null && upsampled is not null)
        {
            NiftiWriter.Refine(header, upsampled);
        }

        if (options.Deidentify)
        {
            header.ClearTexts();
        }

        var extensions = NiftiWriter.Describe(header, options.Deidentify ? [] : file?.Extensions ?? [], options);
        var kept = options.KeepDataType ? scan : null;
        var voxels = kept?.File.Voxels ?? new NiftiVoxels(NiftiDataType.Float32, header.IsBigEndian);
        Action<int, float[], byte[]>? keep = upsampled is null && !options.IsMargin && kept is not null ? kept.KeepUnchanged : null;
        NiftiWriter.Write(create, paths, header, extensions, voxels, slices, cancellationToken, keep);
    }

    /// <summary>Writes slices that have no source file as a new volume of 32-bit floats, without a statement on orientation.</summary>
    /// <param name="destination">The file to write, ending in .nii.gz, .nii, .hdr or .img; it appears whole or not at all.</param>
    /// <param name="slices">At least one slice, all of one size.</param>
    /// <param name="rowSpacing">Distance in mm between the centres of neighbouring rows, if known.</param>
    /// <param name="columnSpacing">Distance in mm between the centres of neighbouring columns, if known.</param>
    /// <param name="sliceSpacing">Distance in mm between the centres of neighbouring slices, if known.</param>
    /// <param name="cancellationToken">Stops between slices and leaves nothing behind.</param>
    /// <exception cref="ArgumentException">The destination has none of NIfTI's endings, there is no slice, or sizes differ.</exception>
    public void Write(string destination, IReadOnlyList<ImageSlice> slices, double? rowSpacing = null, double? columnSpacing = null,
        double? sliceSpacing = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(slices);
        if (slices.Count == 0)
        {
            throw new ArgumentException("A volume needs at least one slice.", nameof(slices));
        }

        var paths = NiftiPaths.ForWriting(destination);
        var header = NiftiWriter.NewHeader(slices[0].Height, slices[0].Width, slices.Count, 1, rowSpacing, columnSpacing, sliceSpacing);
        NiftiWriter.Write(paths, header, [], new NiftiVoxels(NiftiDataType.Float32, header.IsBigEndian), slices, cancellationToken);
    }

    private static IEnumerable<ImageSlice> Take(IEnumerator<ImageSlice> slices, int count)
    {
        for (; count > 0 && slices.MoveNext(); count--)
        {
            yield return slices.Current;
        }
    }

    /// <summary>DICOM files are often called .img too.</summary>
    private static bool IsDicom(ImageContent content)
    {
        var start = new byte[132];
        using var file = content.Open();
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan(128).SequenceEqual("DICM"u8);
    }

    private static bool HasHeader(ImageContent content)
    {
        var start = new byte[NiftiHeader.Size2];
        using var stream = NiftiBytes.OpenStream(content);
        var count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var size = NiftiHeader.Detect(start.AsSpan(0, count), out var bigEndian);
        return size > 0 && count >= size && NiftiMagic.IsValid(NiftiHeader.Wrap(start[..size], bigEndian));
    }
}
