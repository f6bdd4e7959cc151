using System.IO.Compression;
using System.Text;
using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Writes volumes slice by slice.</summary>
internal static class NiftiWriter
{
    /// <summary>
    /// A header for slices of another origin; without an affine map it says nothing of orientation, and without a time step in seconds
    /// nothing of what the volumes are apart.
    /// </summary>
    public static NiftiHeader NewHeader(int rows, int columns, int slices, int volumes, double? rowSpacing, double? columnSpacing,
        double? sliceSpacing, PatientAffine? affine = null, double? timeStep = null)
    {
        var header = NiftiHeader.Create(
            Math.Max(Math.Max(slices, volumes), Math.Max(rows, columns)) > short.MaxValue ? 2 : 1, bigEndian: false);
        long[] dimensions = [volumes > 1 ? 4 : slices > 1 ? 3 : 2, columns, rows, slices, volumes, 1, 1, 1];
        double[] spacings = [1, columnSpacing ?? 1, rowSpacing ?? 1, sliceSpacing ?? 1, timeStep ?? 0, 0, 0, 0];
        for (var i = 0; i < 8; i++)
        {
            header.SetDimension(i, dimensions[i]);
            header.SetPixelDimension(i, spacings[i]);
        }

        header.Units = (columnSpacing is null ? 0 : 2) | (timeStep is null ? 0 : 8);
        if (affine is not null)
        {
            header.SformCode = 1;
            for (var i = 0; i < 12; i++)
            {
                header.SetSformRow(i / 4, i % 4, affine[i / 4, i % 4]);
            }
        }

        return header;
    }

    /// <summary>
    /// Describes a finer grid in the header of the source: more pixels of smaller size from the same first one, so that offsets and
    /// rotation stay.
    /// </summary>
    public static void Refine(NiftiHeader header, UpsampledScan grid)
    {
        header.SetDimension(1, grid.Columns);
        header.SetPixelDimension(1, header.PixelDimension(1) * grid.ColumnStep);
        if (header.Dimension(0) > 1)
        {
            header.SetDimension(2, grid.Rows);
            header.SetPixelDimension(2, header.PixelDimension(2) * grid.RowStep);
        }

        for (var row = 0; row < 3; row++)
        {
            header.SetSformRow(row, 0, header.SformRow(row, 0) * grid.ColumnStep);
            header.SetSformRow(row, 1, header.SformRow(row, 1) * grid.RowStep);
        }
    }

    /// <summary>Says in a header what was done to the image: in its description where there is room, else in a comment extension.</summary>
    public static byte[] Describe(NiftiHeader header, byte[] extensions, DerivedImageOptions options)
    {
        header.OptionsDigest = options.Parameters.GetValueOrDefault(OptionsDigest.Name);
        var note = string.Join("; ", new[] { options.DescriptionSuffix, options.Model }.Where(part => !string.IsNullOrWhiteSpace(part)));
        if (note.Length == 0)
        {
            return extensions;
        }

        var field = header.Description;
        var end = field.IndexOf((byte)0);
        var present = field[..(end < 0 ? field.Length : end)].TrimEnd((byte)' ');
        var addition = Encoding.ASCII.GetBytes((present.Length > 0 ? "; " : "") + note.Replace('–', '-').Replace('—', '-'));
        if (present.Length + addition.Length >= NiftiHeader.DescriptionLength)
        {
            return NiftiExtensions.AppendComment(extensions, note, header.IsBigEndian);
        }

        var text = field[present.Length..];
        text.Clear();
        addition.CopyTo(text);
        return extensions;
    }

    /// <summary>Writes a volume; files appear when the last slice is written, or not at all.</summary>
    /// <param name="paths">What to write.</param>
    /// <param name="header">The header; its data type, scaling, signature and offset are set here.</param>
    /// <param name="extensions">The header extensions.</param>
    /// <param name="voxels">How to store voxels; <see cref="NiftiVoxels.IsBigEndian"/> is the header's.</param>
    /// <param name="slices">The slices, as many and as large as the header says.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    public static void Write(NiftiPaths paths, NiftiHeader header, byte[] extensions, NiftiVoxels voxels, IEnumerable<ImageSlice> slices,
        CancellationToken cancellationToken)
    {
        using var files = new AtomicFiles(paths.InOrder);
        Write(files.Create, paths, header, extensions, voxels, slices, cancellationToken);
        files.Commit();
    }

    /// <summary>Writes a volume to streams, one after the other.</summary>
    /// <param name="create">Opens them by their paths.</param>
    /// <param name="paths">What to write.</param>
    /// <param name="header">The header; its data type, scaling, signature and offset are set here.</param>
    /// <param name="extensions">The header extensions.</param>
    /// <param name="voxels">How to store voxels; <see cref="NiftiVoxels.IsBigEndian"/> is the header's.</param>
    /// <param name="slices">The slices, as many and as large as the header says.</param>
    /// <param name="cancellationToken">Stops between slices.</param>
    /// <param name="keep">Corrects what the values of a slice are stored as, given its number.</param>
    public static void Write(Func<string, Stream> create, NiftiPaths paths, NiftiHeader header, byte[] extensions, NiftiVoxels voxels,
        IEnumerable<ImageSlice> slices, CancellationToken cancellationToken, Action<int, float[], byte[]>? keep = null)
    {
        Complete(header, paths.IsPair, extensions, voxels);
        byte[] start = [.. header.Bytes, (byte)(extensions.Length > 0 ? 1 : 0), 0, 0, 0, .. extensions];
        using (var stream = Compress(create(paths.Voxels), paths.Voxels))
        {
            if (!paths.IsPair)
            {
                stream.Write(start);
            }

            WriteSlices(stream, header, voxels, slices, keep, cancellationToken);
        }

        if (paths.IsPair)
        {
            using var stream = Compress(create(paths.Header), paths.Header);
            stream.Write(start);
        }
    }

    private static void Complete(NiftiHeader header, bool pair, byte[] extensions, NiftiVoxels voxels)
    {
        header.DataTypeCode = (int)voxels.Type;
        header.BitsPerVoxel = 8 * voxels.Size;
        header.Slope = voxels.Slope;
        header.Intercept = voxels.Intercept;
        header.VoxelOffset = pair ? 0 : header.Size + 4 + extensions.Length;
        NiftiMagic.For(header.Version, pair).CopyTo(header.Magic);
    }

    private static void WriteSlices(Stream stream, NiftiHeader header, NiftiVoxels voxels, IEnumerable<ImageSlice> slices,
        Action<int, float[], byte[]>? keep, CancellationToken cancellationToken)
    {
        var dimensions = (int)header.Dimension(0);
        var (columns, rows) = ((int)header.Dimension(1), dimensions > 1 ? (int)header.Dimension(2) : 1);
        var expected = 1L;
        for (var axis = 3; axis <= dimensions; axis++)
        {
            expected *= header.Dimension(axis);
        }

        var buffer = new byte[(long)rows * columns * voxels.Size];
        var count = 0L;
        foreach (var slice in slices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (slice.Width != columns || slice.Height != rows)
            {
                throw new ArgumentException(
                    $"Slice {count} has {slice.Height} × {slice.Width} pixels where the volume has {rows} × {columns}.", nameof(slices));
            }

            if (++count > expected)
            {
                break;
            }

            voxels.Encode(slice.Pixels, buffer);
            keep?.Invoke((int)count - 1, slice.Pixels, buffer);
            stream.Write(buffer);
        }

        if (count != expected)
        {
            throw new ArgumentException(
                $"The volume has {MessageText.Amount(expected, "slice")} and {(count > expected ? "more" : $"{count}")} were given.",
                nameof(slices));
        }
    }

    private static Stream Compress(Stream stream, string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionLevel.Optimal) : stream;
}
