using System.IO.Compression;
using CsCheck;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Nifti;

[TestClass]
public sealed class NiftiPropertyTests
{
    private static readonly string[] _fuzzed =
        [
            "anatomical.nii", "resampled_anat_moved.nii", "example_nifti2.nii.gz", "standard.nii.gz", "air.hdr.gz", "v_t2_u8.nii.gz",
            "x_slope_zero.nii",
        ];

    private static readonly Gen<(NiftiHeader Header, NiftiVoxels Voxels, string Ending)> _volumes =
        from version in Gen.Int[1, 2]
        from big in Gen.Bool
        from noise in Gen.Byte.Array[NiftiHeader.Size2]
        from lengths in Gen.Int[1, 5].Array[1, 7]
        from type in OneOf(Enum.GetValues<NiftiDataType>())
        from slope in OneOf(1.0, 0.5, -2.0)
        from intercept in OneOf(0.0, -7.0)
        from ending in OneOf(".nii", ".nii.gz", ".hdr", ".img.gz")
        select (Header(version, big, noise, lengths), new NiftiVoxels(type, big, slope, intercept), ending);

    [TestMethod]
    public void Any_header_and_type_comes_back_as_written()
    {
        using var folder = new TemporaryFolder();
        _volumes.Sample(
            volume =>
            {
                var path = folder[$"{Guid.NewGuid():N}{volume.Ending}"];
                var (header, voxels) = (volume.Header, volume.Voxels);
                var slices = Slices(header, voxels);
                NiftiWriter.Write(NiftiPaths.ForWriting(path), header, [], voxels, slices, default);
                using var scan = ImageFormats.Open(path);
                var file = NiftiSamples.FileOf(scan);
                return file.Header.Bytes.SequenceEqual(header.Bytes)
                    && file.Voxels == voxels
                    && scan.SliceCount == slices.Count
                    && Enumerable.Range(0, slices.Count).All(i => slices[i].Pixels.SequenceEqual(scan.ReadSlice(i).Pixels));
            },
            iter: 300);
    }

    [TestMethod]
    public void Any_damage_is_an_ImageFormatException_and_takes_no_memory_beyond_the_data()
    {
        using var folder = new TemporaryFolder();
        var originals = _fuzzed.Select(name => Inflate(TestData.Path("data/nifti/" + name))).ToArray();
        var mutants =
            from original in Gen.Int[0, originals.Length - 1]
            from gzip in Gen.Bool
            from cut in Gen.Frequency((3, Gen.Const(1.0)), (1, Gen.Double[0, 1]))
            from edits in Gen.Select(Gen.Frequency((4, Gen.Int[0, 360]), (1, Gen.Int[0, 30000])),
                Gen.Frequency((2, Gen.Byte), (1, OneOf<byte>(0, 1, 127, 128, 255)))).Array[0, 6]
            from damage in Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 100000]))
            select (original, gzip, cut, edits, damage);
        mutants.Sample(
            mutant =>
            {
                var bytes = originals[mutant.original].ToArray();
                foreach (var (at, value) in mutant.edits)
                {
                    bytes[at % bytes.Length] = value;
                }

                bytes = bytes[..(int)(bytes.Length * mutant.cut)];
                var stored = mutant.gzip ? Deflate(bytes) : bytes;
                if (mutant.damage >= 0 && stored.Length > 0)
                {
                    stored[mutant.damage % stored.Length] ^= 0x55;
                }

                var path = folder["mutant.nii"];
                File.WriteAllBytes(path, stored);
                var before = GC.GetAllocatedBytesForCurrentThread();
                ReadSome(path);
                return GC.GetAllocatedBytesForCurrentThread() - before < (12L * bytes.Length) + (8 << 20);
            },
            iter: 2000,
            threads: 1);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void ReadSome(string path)
    {
        try
        {
            using var scan = ImageFormats.Open(path);
            scan.ReadSlice(0);
            scan.ReadSlice(scan.SliceCount - 1);
        }
        catch (ImageFormatException)
        {
        }
    }

    private static NiftiHeader Header(int version, bool big, byte[] noise, int[] lengths)
    {
        var size = version == 1 ? NiftiHeader.Size1 : NiftiHeader.Size2;
        var blank = NiftiHeader.Create(version, big);
        var bytes = noise[..size];
        blank.Bytes[..4].CopyTo(bytes);
        blank.Bytes[^4..].CopyTo(bytes.AsSpan(size - 4));
        var header = NiftiHeader.Wrap(bytes, big);
        header.SetDimension(0, lengths.Length);
        for (var axis = 0; axis < lengths.Length; axis++)
        {
            header.SetDimension(axis + 1, lengths[axis]);
        }

        return header;
    }

    /// <summary>Slices of stored values 0 … 99, which every type can hold.</summary>
    private static List<ImageSlice> Slices(NiftiHeader header, NiftiVoxels voxels)
    {
        var dimensions = (int)header.Dimension(0);
        var (columns, rows) = ((int)header.Dimension(1), dimensions > 1 ? (int)header.Dimension(2) : 1);
        var count = Enumerable.Range(3, Math.Max(0, dimensions - 2)).Aggregate(1L, (product, axis) => product * header.Dimension(axis));
        return [.. Enumerable.Range(0, (int)count).Select(z => new ImageSlice(
            [.. Enumerable.Range(0, rows * columns).Select(i => (float)((((i + z) % 100) * voxels.Slope) + voxels.Intercept))], rows,
            columns))];
    }

    private static byte[] Inflate(string path)
    {
        using var stream = NiftiBytes.OpenStream(ImageContent.OfFile(path));
        var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static byte[] Deflate(byte[] bytes)
    {
        var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return memory.ToArray();
    }
}
