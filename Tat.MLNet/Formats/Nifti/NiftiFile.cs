using Tat.Torch.Files;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>What a NIfTI file says of its voxels, checked against the length of the file.</summary>
internal sealed class NiftiFile
{
    /// <summary>
    /// Longest extensions that are kept, in the memory that <see cref="ReadBudget.Overhead"/> allows; longer ones are the sign of a damaged
    /// header.
    /// </summary>
    private const long ExtensionLimit = 1 << 24;

    private NiftiFile(NiftiContents contents, NiftiHeader header, byte[] extensions)
    {
        Contents = contents;
        Header = header;
        Extensions = extensions;
        Dimensions = ReadDimensions(contents.Header.Name, header);
        Voxels = ReadVoxelType(contents.Header.Name, header);
        VoxelStart = ReadVoxelStart(contents, header);
        VoxelLength = Dimensions.Aggregate(1L, (product, next) => product * next) * Voxels.Size;
    }

    public NiftiContents Contents { get; }

    public NiftiHeader Header { get; }

    /// <summary>The header extensions with their sizes and codes, as stored behind the four flag bytes.</summary>
    public byte[] Extensions { get; }

    /// <summary>Number of voxels along each axis that is in use, x (fastest) first; each at least 1.</summary>
    public IReadOnlyList<long> Dimensions { get; }

    public NiftiVoxels Voxels { get; }

    /// <summary>Where the voxels begin in their file.</summary>
    public long VoxelStart { get; }

    public long VoxelLength { get; }

    /// <exception cref="ImageFormatException">The file is damaged or of a kind that cannot be read.</exception>
    public static NiftiFile Open(NiftiContents contents, ReadBudget budget)
    {
        try
        {
            using var stream = NiftiBytes.OpenStream(contents.Header);
            var header = ReadHeader(contents.Header.Name, stream);
            var file = new NiftiFile(contents, header, ReadExtensions(contents, header, stream));
            NiftiBytes.CheckHolds(contents.Voxels, checked(file.VoxelStart + file.VoxelLength));
            return budget.Refusal(file.Dimensions.Count > 1 ? file.Dimensions[1] : 1, file.Dimensions[0], sizeof(float)) is { } refusal
                ? throw new ImageFormatException(contents.Header.Name, refusal)
                : file;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or OverflowException)
        {
            throw new ImageFormatException(
                contents.Header.Name, "truncated or damaged: its NIfTI header cannot be read to its end; get a complete copy.", exception);
        }
    }

    private static NiftiHeader ReadHeader(string path, Stream stream)
    {
        var start = new byte[4];
        if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4)
        {
            throw new ImageFormatException(path, "empty or shorter than a NIfTI header; get a complete copy.");
        }

        var size = NiftiHeader.Detect(start, out var bigEndian);
        if (size == 0)
        {
            throw new ImageFormatException(
                path, "not a NIfTI file: it does not begin with the length of a NIfTI-1 or NIfTI-2 header (348 or 540).");
        }

        var bytes = new byte[size];
        start.CopyTo(bytes, 0);
        stream.ReadExactly(bytes.AsSpan(4));
        var header = NiftiHeader.Wrap(bytes, bigEndian);
        if (!NiftiMagic.IsValid(header))
        {
            throw new ImageFormatException(
                path, "its header has no NIfTI signature; it may be an Analyze 7.5 file, which does not record left and right and is not "
                    + "read: convert it to NIfTI first.");
        }

        return header;
    }

    private static long[] ReadDimensions(string path, NiftiHeader header)
    {
        var count = header.Dimension(0);
        if (count is < 1 or > 7)
        {
            throw new ImageFormatException(path, $"its header has {count} dimensions; NIfTI has 1 to 7.");
        }

        var dimensions = new long[count];
        var voxels = 1L;
        for (var i = 0; i < count; i++)
        {
            var length = dimensions[i] = header.Dimension(i + 1);
            if (length < 1)
            {
                throw new ImageFormatException(path, $"its header has the impossible length {length} along axis {i + 1}.");
            }

            if (length > (1L << 56) / voxels)
            {
                throw new ImageFormatException(path, "its header promises more voxels than any file can hold.");
            }

            voxels *= length;
        }

        var (columns, rows) = (dimensions[0], count > 1 ? dimensions[1] : 1);
        if (columns > int.MaxValue || rows > int.MaxValue || columns * rows > Array.MaxLength || voxels / (columns * rows) > int.MaxValue)
        {
            throw new ImageFormatException(path, $"slices of {rows:N0} × {columns:N0} are too large to be read.");
        }

        return dimensions;
    }

    private static NiftiVoxels ReadVoxelType(string path, NiftiHeader header)
    {
        var code = header.DataTypeCode;
        if (!NiftiDataTypes.IsReadable(code))
        {
            throw new ImageFormatException(
                path, $"its voxels are of type {NiftiDataTypes.NameOf(code)} (code {code}); integers and floats of up to 64 bits can be "
                    + "read: convert it, for complex data to magnitudes.");
        }

        // A slope of 0 means that the stored values are the values (nifti1.h); so do readers understand one that is not a number.
        var (slope, intercept) = (header.Slope, header.Intercept);
        if (slope == 0 || !double.IsFinite(slope))
        {
            (slope, intercept) = (1, 0);
        }
        else if (!double.IsFinite(intercept))
        {
            throw new ImageFormatException(path, $"its header has the intercept {intercept}; correct scl_inter.");
        }

        return new NiftiVoxels((NiftiDataType)code, header.IsBigEndian, slope, intercept);
    }

    private static long ReadVoxelStart(NiftiContents contents, NiftiHeader header)
    {
        var offset = header.VoxelOffset;
        if (NiftiMagic.IsPair(header) != contents.IsPair)
        {
            throw new ImageFormatException(contents.Header.Name, contents.IsPair
                ? "its header says that the voxels follow in the same file, but its name is that of a .hdr/.img pair; rename it to .nii."
                : "its header says that the voxels are in an .img file beside it; name the header .hdr.");
        }

        if (offset == 0 && !contents.IsPair)
        {
            return header.Size + 4;
        }

        var least = contents.IsPair ? 0 : header.Size;
        if (!(offset >= least && offset <= 1L << 56))
        {
            throw new ImageFormatException(
                contents.Header.Name, FormattableString.Invariant($"its header places the voxels at byte {offset}, which cannot be."));
        }

        return (long)offset;
    }

    /// <summary>Takes the chain of extensions up to where it ends or stops being one.</summary>
    private static byte[] ReadExtensions(NiftiContents contents, NiftiHeader header, Stream stream)
    {
        var flag = new byte[4];
        var start = ReadVoxelStart(contents, header);
        if ((!contents.IsPair && start < header.Size + 4) || stream.ReadAtLeast(flag, 4, throwOnEndOfStream: false) < 4 || flag[0] == 0)
        {
            return [];
        }

        var limit = contents.IsPair ? ExtensionLimit : start - header.Size - 4;
        if (limit > ExtensionLimit)
        {
            throw new ImageFormatException(
                contents.Header.Name, $"its header promises {limit:N0} bytes of extensions; more than {ExtensionLimit:N0} are not read.");
        }

        NiftiBytes.CheckHolds(contents.Header, contents.IsPair ? 0 : start);
        return NiftiExtensions.Read(stream, limit, header.IsBigEndian);
    }
}
