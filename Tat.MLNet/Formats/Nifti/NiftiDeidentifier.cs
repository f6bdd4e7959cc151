using System.IO.Compression;
using Tat.Torch.Files.Writing;

namespace Tat.MLNet.Formats.Nifti;

/// <summary>Copies NIfTI files without their texts: those of the header, its extensions, and what follows the voxels.</summary>
internal static class NiftiDeidentifier
{
    private const int Block = 1 << 20;

    /// <summary>Copies a file, compressed where its name says so.</summary>
    /// <exception cref="ImageFormatException">It is damaged, or half of a pair.</exception>
    public static void Copy(string path, string destination)
    {
        var contents = NiftiContents.Of(path);
        if (contents.IsPair)
        {
            throw new ImageFormatException(path, "half of a NIfTI pair, which is not de-identified; make a single file of it (.nii).");
        }

        var file = NiftiFile.Open(contents, new ImageReadOptions().Budget);
        var header = file.Header.Clone();
        header.ClearTexts();
        AtomicFile.Write(destination, target =>
        {
            if (destination.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
                Write(gzip, header, file);
            }
            else
            {
                Write(target, header, file);
            }
        });
    }

    private static void Write(Stream stream, NiftiHeader header, NiftiFile file)
    {
        stream.Write(header.Bytes);

        // Neither the mark of extensions nor what it stands for.
        stream.Write(new byte[file.VoxelStart - header.Size]);
        using var voxels = NiftiBytes.Open(file.Contents.Voxels, file.VoxelStart, file.VoxelLength);
        var buffer = new byte[Block];
        for (long at = 0; at < file.VoxelLength; at += Block)
        {
            var block = buffer.AsSpan(0, (int)Math.Min(Block, file.VoxelLength - at));
            voxels.Read(at, block);
            stream.Write(block);
        }
    }
}
