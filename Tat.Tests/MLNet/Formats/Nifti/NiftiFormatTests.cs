using System.IO.Compression;
using System.Text;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Nifti;

[TestClass]
public sealed class NiftiFormatTests
{
    private static readonly NiftiFormat _format = new();

    [TestMethod]
    public void Rows_columns_and_slices_are_where_they_belong()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(NiftiSamples.WriteRamp(folder["ramp.nii.gz"]));
        Assert.AreEqual((3, 4, 2), (scan.Rows, scan.Columns, scan.SliceCount));
        Assert.AreEqual((2.0, 1.5, 3.0), (scan.RowSpacing, scan.ColumnSpacing, scan.SliceSpacing));
        Assert.AreEqual(1, scan.ReadSlice(0)[0, 1]);
        Assert.AreEqual(4, scan.ReadSlice(0)[1, 0]);
        Assert.AreEqual(12, scan.ReadSlice(1)[0, 0]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => scan.ReadSlice(2));
    }

    [TestMethod]
    [DataRow("out.nii", "out.nii")]
    [DataRow("out.nii.gz", "out.nii.gz")]
    [DataRow("out.hdr", "out.hdr out.img")]
    [DataRow("out.img.gz", "out.hdr.gz out.img.gz")]
    public void The_ending_of_the_name_chooses_single_file_pair_and_compression(string name, string files)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder[name]);
        CollectionAssert.AreEqual(files.Split(' '), folder.Files);
        foreach (var file in folder.Files)
        {
            using var scan = ImageFormats.Open(folder[file]);
            Assert.AreEqual(23, scan.ReadSlice(1)[2, 3]);
        }
    }

    [TestMethod]
    [DataRow("anatomical.nii")]
    [DataRow("example4d.nii.gz")]
    [DataRow("example_nifti2.nii.gz")]
    [DataRow("air.img.gz")]
    [DataRow("avg152T1_LR_nifti.nii.gz")]
    public void A_restored_volume_keeps_header_extensions_and_values_of_its_source(string name)
    {
        using var folder = new TemporaryFolder();
        using var source = ImageFormats.Open(TestData.Path("data/nifti/" + name));
        _format.WriteDerived(source, folder["restored.nii.gz"], NiftiSamples.SlicesOf(source));

        using var restored = ImageFormats.Open(folder["restored.nii.gz"]);
        var (before, after) = (NiftiSamples.FileOf(source), NiftiSamples.FileOf(restored));
        var expected = before.Header.Clone();
        expected.DataTypeCode = (int)NiftiDataType.Float32;
        expected.BitsPerVoxel = 32;
        expected.Slope = 1;
        expected.Intercept = 0;
        expected.VoxelOffset = after.Header.VoxelOffset;
        NiftiMagic.For(expected.Version, pair: false).CopyTo(expected.Magic);
        after.Header.Description.CopyTo(expected.Description);
        CollectionAssert.AreEqual(expected.Bytes.ToArray(), after.Header.Bytes.ToArray());
        CollectionAssert.AreEqual(before.Extensions, after.Extensions);
        StringAssert.StartsWith(TextOf(after.Header), TextOf(before.Header).Trim(), StringComparison.Ordinal);
        StringAssert.EndsWith(TextOf(after.Header), "TAT restored - not for diagnostic use", StringComparison.Ordinal);
        for (var i = 0; i < source.SliceCount; i++)
        {
            CollectionAssert.AreEqual(source.ReadSlice(i).Pixels, restored.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void Voxels_are_stored_as_in_the_source_on_request()
    {
        using var folder = new TemporaryFolder();
        using var source = ImageFormats.Open(TestData.Path("data/nifti/anatomical.nii"));
        _format.WriteDerived(source, folder["same.nii"], NiftiSamples.SlicesOf(source), new() { KeepDataType = true });
        using var same = ImageFormats.Open(folder["same.nii"]);
        Assert.AreEqual(NiftiDataType.Int16, NiftiSamples.FileOf(same).Voxels.Type);
        CollectionAssert.AreEqual(source.ReadSlice(12).Pixels, same.ReadSlice(12).Pixels);
    }

    [TestMethod]
    [DataRow(nameof(NiftiDataType.Float64), false, 1.0, 0.0)]
    [DataRow(nameof(NiftiDataType.Float64), true, 0.3, 0.1)]
    [DataRow(nameof(NiftiDataType.Float32), true, 0.3, 0.1)]
    [DataRow(nameof(NiftiDataType.Int64), false, 1.0, 0.0)]
    [DataRow(nameof(NiftiDataType.UInt32), true, 0.3, 0.1)]
    public void What_is_unchanged_keeps_the_bits_of_the_source_even_where_32_bit_floats_round_it(
        string type, bool bigEndian, double slope, double intercept)
    {
        const int Start = 352;
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        var voxels = new NiftiVoxels(Enum.Parse<NiftiDataType>(type), bigEndian, slope, intercept);
        var header = NiftiHeader.Create(1, bigEndian);
        long[] dimensions = [3, 400, 300, 2];
        foreach (var (i, length) in dimensions.Index())
        {
            header.SetDimension(i, length);
            header.SetPixelDimension(i, 1);
        }

        // More than a block, and bits below those of a 32-bit float.
        var slices = Enumerable.Range(0, 2).Select(_ => new ImageSlice(
            [.. Enumerable.Range(0, 120_000).Select(_ => (float)(1e6 * (1 + random.NextDouble())))], 300, 400));
        NiftiWriter.Write(NiftiPaths.ForWriting(folder["source.nii"]), header, [], voxels, slices, default);
        var stored = File.ReadAllBytes(folder["source.nii"]);
        for (var i = Start; i < stored.Length; i += voxels.Size)
        {
            stored[i + (bigEndian ? voxels.Size - 1 : 0)] = (byte)random.Next(256);
        }

        File.WriteAllBytes(folder["source.nii"], stored);
        using var source = ImageFormats.Open(folder["source.nii"]);
        var restored = NiftiSamples.SlicesOf(source).ToArray();
        restored[1].Pixels[^1] += 1000;
        _format.WriteDerived(source, folder["out.nii"], restored, new() { KeepDataType = true });
        var written = File.ReadAllBytes(folder["out.nii"]);
        CollectionAssert.AreEqual(stored[Start..^voxels.Size], written[Start..^voxels.Size]);
        CollectionAssert.AreNotEqual(stored[^voxels.Size..], written[^voxels.Size..]);
    }

    [TestMethod]
    public void A_note_that_the_description_cannot_take_becomes_a_comment()
    {
        using var folder = new TemporaryFolder();
        using var source = ImageFormats.Open(NiftiSamples.WriteRamp(folder["ramp.nii"]));
        var note = new string('n', 90);
        _format.WriteDerived(source, folder["out.nii"], NiftiSamples.SlicesOf(source),
            new() { DescriptionSuffix = note, Model = "tat.zip" });
        using var result = ImageFormats.Open(folder["out.nii"]);
        var file = NiftiSamples.FileOf(result);
        Assert.AreEqual("", TextOf(file.Header));
        StringAssert.Contains(Encoding.UTF8.GetString(file.Extensions), note + "; tat.zip", StringComparison.Ordinal);
        Assert.AreEqual(23, result.ReadSlice(1)[2, 3]);
    }

    [TestMethod]
    public void Wrong_slices_and_cancelling_leave_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var source = ImageFormats.Open(NiftiSamples.WriteRamp(folder["ramp.nii"]));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsExactly<ArgumentException>(() => _format.WriteDerived(source, folder["a.nii"], [source.ReadSlice(0)]));
        Assert.ThrowsExactly<ArgumentException>(() =>
            _format.WriteDerived(source, folder["b.hdr"], [.. NiftiSamples.SlicesOf(source), source.ReadSlice(0)]));
        Assert.ThrowsExactly<ArgumentException>(() =>
            _format.WriteDerived(source, folder["c.nii.gz"], [new ImageSlice(new float[4], 2, 2)]));
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            _format.WriteDerived(source, folder["d.nii"], NiftiSamples.SlicesOf(source), null, cancelled.Token));
        Assert.ThrowsExactly<ArgumentException>(() => _format.WriteDerived(source, folder["e.png"], NiftiSamples.SlicesOf(source)));
        CollectionAssert.AreEqual(new[] { "ramp.nii" }, folder.Files);
    }

    [TestMethod]
    public void Half_a_pair_is_an_explained_error()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["ramp.hdr"]);
        File.Delete(folder["ramp.img"]);
        StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder["ramp.hdr"])).Message, "ramp.img",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void An_Analyze_header_is_an_explained_error()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["ramp.hdr"]);
        var bytes = File.ReadAllBytes(folder["ramp.hdr"]);
        Array.Clear(bytes, 344, 4);
        File.WriteAllBytes(folder["ramp.hdr"], bytes);
        StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder["ramp.hdr"])).Message, "Analyze",
            StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(0.5)]
    [DataRow(0.99)]
    public void A_truncated_gzip_is_an_explained_error(double share)
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(TestData.Path("data/nifti/v_t2_i16.nii.gz"));
        File.WriteAllBytes(folder["cut.nii.gz"], bytes[..(int)(bytes.Length * share)]);
        using var scan = ImageFormats.Open(folder["cut.nii.gz"]);
        StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => scan.ReadSlice(0)).Message, "cut.nii.gz",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_gzip_with_a_wrong_checksum_is_an_explained_error()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(TestData.Path("data/nifti/v_t2_i16.nii.gz"));
        bytes[^6] ^= 1;
        File.WriteAllBytes(folder["bad.nii.gz"], bytes);
        using var scan = ImageFormats.Open(folder["bad.nii.gz"]);
        Assert.ThrowsExactly<ImageFormatException>(() => scan.ReadSlice(0));
    }

    [TestMethod]
    public void A_header_that_promises_what_no_gzip_of_its_length_can_hold_is_refused_at_once()
    {
        using var folder = new TemporaryFolder();
        var bytes = File.ReadAllBytes(TestData.Path("data/nifti/x_huge_dims.nii"));
        using (var file = new GZipStream(File.Create(folder["huge.nii.gz"]), CompressionLevel.Fastest))
        {
            file.Write(bytes);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder["huge.nii.gz"]));
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_compressed_file_is_inflated_once_for_all_slices()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(NiftiSamples.WriteRamp(folder["ramp.nii.gz"]));
        scan.ReadSlice(0);
        File.Delete(folder["ramp.nii.gz"]);
        Assert.AreEqual(12, scan.ReadSlice(1)[0, 0]);
    }

    [TestMethod]
    public void A_volume_is_read_by_many_threads_at_once()
    {
        foreach (var name in new[] { "anatomical.nii", "example4d.nii.gz" })
        {
            using var alone = ImageFormats.Open(TestData.Path("data/nifti/" + name));
            using var shared = ImageFormats.Open(TestData.Path("data/nifti/" + name));
            Parallel.For(0, shared.SliceCount, new ParallelOptions { MaxDegreeOfParallelism = 4 },
                i => CollectionAssert.AreEqual(alone.ReadSlice(i).Pixels, shared.ReadSlice(i).Pixels));
        }
    }

    [TestMethod]
    public void Files_are_recognised_by_content_where_the_name_does_not_tell()
    {
        using var folder = new TemporaryFolder();
        File.Copy(NiftiSamples.WriteRamp(folder["ramp.nii.gz"]), folder["ramp"]);
        File.WriteAllText(folder["notes.txt"], "a");
        Assert.IsTrue(_format.Recognizes(folder["ramp"]));
        Assert.IsFalse(_format.Recognizes(folder["notes.txt"]));
        Assert.IsFalse(_format.Recognizes(folder["absent.nii"]));
        Assert.IsFalse(_format.Recognizes(folder.Path));
    }

    private static string TextOf(NiftiHeader header)
    {
        var text = Encoding.ASCII.GetString(header.Description);
        return text.Split('\0')[0];
    }
}
