using System.IO.Compression;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Tensors;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats;

[TestClass]
public class ImageContentTests
{
    [TestMethod]
    [DataRow("x.nii")]
    [DataRow("x.nii.gz")]
    [DataRow("x.hdr")]
    [DataRow("x.img.gz")]
    public void A_NIfTI_from_memory_and_streams_is_that_from_a_file(string name)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder[name], 5, 6, 7);
        using var file = ImageFormats.Open(folder[name]);
        foreach (var contents in new[] { InMemory(folder.Path), AsStreams(folder.Path), Reversed(ReadWhole(folder.Path)) })
        {
            using var scan = ImageFormats.Open(contents);
            AssertSame(file, scan);
            CollectionAssert.AreEqual(Derive(file, folder, "y.nii.gz"), Derive(scan, "y.nii.gz")["y.nii.gz"]);
        }
    }

    [TestMethod]
    [DataRow("x.npy")]
    [DataRow("x.bin")]
    public void An_array_from_memory_and_streams_is_that_from_a_file(string name)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["y.nii"], 5, 6, 7);
        var tensors = new TensorFormat();
        using (var ramp = ImageFormats.Open(folder["y.nii"]))
        {
            tensors.WriteDerived(ramp, folder[name], NiftiSamples.SlicesOf(ramp));
        }

        using var file = ImageFormats.Open(folder[name]);
        Assert.AreEqual(7, file.SliceCount);
        foreach (var contents in new[] { InMemory(folder.Path), AsStreams(folder.Path), ReadWhole(folder.Path) })
        {
            using var scan = ImageFormats.Open(contents);
            AssertSame(file, scan);
            var written = new MemoryStream();
            tensors.WriteDerived(scan, "z" + Path.GetExtension(name), NiftiSamples.SlicesOf(scan), new() { Output = _ => written });
            CollectionAssert.AreEqual(File.ReadAllBytes(folder[name]), written.ToArray());
        }

        var cut = new ImageContent($"upload 7{Path.GetExtension(name)}", File.ReadAllBytes(folder[name]).AsMemory()[..^9]);
        Assert.StartsWith($"'{cut.Name}': ", Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open([cut])).Message);
    }

    [TestMethod]
    public void A_DICOM_series_from_memory_is_that_from_files_in_whatever_order()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), "a.dcm");
        files.Write(SyntheticDicom.Slice(2, 1), "b");
        files.Write(SyntheticDicom.Slice(3, 2), "c.dcm");
        using var folder = new TemporaryFolder();
        using var series = ImageFormats.Open(files.Folder);
        foreach (var contents in new[] { InMemory(files.Folder), Reversed(AsStreams(files.Folder)), Reversed(ReadWhole(files.Folder)) })
        {
            using var scan = ImageFormats.Open(contents);
            AssertSame(series, scan);
            CollectionAssert.AreEqual(Derive(series, folder, "y.nii"), Derive(scan, "y.nii")["y.nii"]);
        }

        using var one = ImageFormats.Open([InMemory(files.Folder)[1]]);
        using var same = ImageFormats.Open(Path.Combine(files.Folder, "b"));
        AssertSame(same, one);
    }

    [TestMethod]
    public void A_series_is_chosen_among_objects_of_several()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0, "1.2.3.4"), "a.dcm");
        files.Write(SyntheticDicom.Slice(2, 1, "1.2.3.5"), "b.dcm");
        var contents = InMemory(files.Folder);
        Assert.Contains("'a.dcm': there are 2 series",
            Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(contents)).Message);
        using var chosen = ImageFormats.Open(contents, new() { SeriesInstanceUid = "1.2.3.5" });
        Assert.AreEqual("b.dcm", ((DicomScan)chosen).Slices.Single().Source.Path);
    }

    [TestMethod]
    public void What_is_written_to_streams_goes_into_an_archive_entry_by_entry()
    {
        using var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 0), "a.dcm");
        files.Write(SyntheticDicom.Slice(2, 1), "b.dcm");
        using var scan = ImageFormats.Open(InMemory(files.Folder));
        var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            var options = new DerivedImageOptions { WriteDifference = true, Output = name => archive.CreateEntry(name).Open() };
            scan.Format.WriteDerived(scan, "result", NiftiSamples.SlicesOf(scan), options);
            ImageFormats.All.Single(format => format.Name == "NIfTI")
                .WriteDerived(scan, "x.hdr", NiftiSamples.SlicesOf(scan), options);
        }

        using var written = new ZipArchive(memory);
        CollectionAssert.AreEquivalent(
            new[]
            {
                "result/restored/IM00001.dcm", "result/restored/IM00002.dcm", "result/difference/IM00001.dcm",
                "result/difference/IM00002.dcm", "x.hdr", "x.img",
            },
            written.Entries.Select(entry => entry.FullName).ToArray());
        var restored = written.Entries.Where(entry => entry.FullName.StartsWith("result/restored", StringComparison.Ordinal));
        using var result = ImageFormats.Open([.. restored.Select(entry => ImageContent.Read(entry.Name, entry.Open()))]);
        Assert.IsTrue(NiftiSamples.SlicesOf(scan).Zip(NiftiSamples.SlicesOf(result)).All(pair =>
            pair.First.Pixels.SequenceEqual(pair.Second.Pixels)));
    }

    [TestMethod]
    public void Messages_call_an_image_as_the_caller_does()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        var object_ = File.ReadAllBytes(files.Write(SyntheticDicom.Slice(1, 0)));
        var volume = File.ReadAllBytes(NiftiSamples.WriteRamp(folder["x.nii"], 30, 40, 2));
        var zipped = File.ReadAllBytes(NiftiSamples.WriteRamp(folder["x.nii.gz"], 30, 40, 20));
        NiftiSamples.WriteRamp(folder["x.hdr"]);
        (byte[] Bytes, string Name, string Problem)[] cases =
        [
            (volume[..^1], "upload 7.nii", "truncated"),
            (volume[..100], "upload 7.nii", "truncated or damaged"),
            (zipped[..^100], "upload 7.nii.gz", "truncated or damaged"),
            (object_[..^20], "upload 7", "truncated"),
            ([], "upload 7", "it is empty"),
            ("Hello, this is a text and no image."u8.ToArray(), "upload 7", "not an image of a format"),
            (File.ReadAllBytes(folder["x.hdr"]), "upload 7.hdr", "half of a NIfTI pair whose other half, 'upload 7.img'"),
        ];
        foreach (var (bytes, name, problem) in cases)
        {
            var error = Assert.ThrowsExactly<ImageFormatException>(() =>
            {
                using var scan = ImageFormats.Open([new ImageContent(name, bytes)]);
                scan.ReadSlice(scan.SliceCount - 1);
            });
            Assert.AreEqual(name, error.Path);
            Assert.StartsWith($"'{name}': ", error.Message);
            Assert.Contains(problem, error.Message);
            Assert.DoesNotContain(folder.Path, error.ToString());
        }
    }

    [TestMethod]
    public void Contents_that_are_no_image_by_their_number_or_names_are_refused()
    {
        var content = new ImageContent("a", "abc"u8.ToArray());
        Assert.ThrowsExactly<ArgumentException>(() => ImageFormats.Open(Array.Empty<ImageContent>()));
        Assert.Contains("'a'", Assert.ThrowsExactly<ArgumentException>(() => ImageFormats.Open([content, content])).Message);
        Assert.ThrowsExactly<ArgumentException>(() => new ImageContent("", ReadOnlyMemory<byte>.Empty));
        Assert.Contains("'tape'", Assert.ThrowsExactly<NotSupportedException>(() =>
            ImageFormats.Open([new ImageContent("tape", () => new DeflateStream(Stream.Null, CompressionMode.Decompress))])).Message);
    }

    [TestMethod]
    public void Pixels_that_must_not_go_to_a_file_are_decoded_again()
    {
        using var memory = new PixelMemory { Capacity = 4 };
        var decoded = 0;
        byte[] Decode() => [(byte)++decoded, 0, 0];
        Assert.AreEqual(1, memory.Get("a", 0, Decode)[0]);
        Assert.AreEqual(1, memory.Get("a", 0, Decode)[0]);
        Assert.AreEqual(2, memory.Get("a", 1, Decode)[0]);
        Assert.AreEqual(3, memory.Get("a", 1, Decode)[0]);
        memory.MaySpill = true;
        Assert.AreEqual(4, memory.Get("a", 1, Decode)[0]);
        Assert.AreEqual(4, memory.Get("a", 1, Decode)[0]);
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(Path.GetFileName).OfType<string>().Where(name => !name.StartsWith('y')).Order()];

    private static ImageContent[] InMemory(string folder) =>
        [.. Names(folder).Select(name => new ImageContent(name, File.ReadAllBytes(Path.Combine(folder, name))))];

    private static ImageContent[] AsStreams(string folder) =>
        [.. Names(folder).Select(name => new ImageContent(name, () => new BufferedStream(File.OpenRead(Path.Combine(folder, name)))))];

    private static ImageContent[] Reversed(ImageContent[] contents) => [.. contents.Reverse()];

    private static ImageContent[] ReadWhole(string folder) => [.. Names(folder).Select(name =>
    {
        using var file = File.OpenRead(Path.Combine(folder, name));
        return ImageContent.Read(name, file);
    })];

    private static void AssertSame(IImageScan expected, IImageScan actual)
    {
        Assert.AreEqual(
            (expected.Format.Name, expected.Rows, expected.Columns, expected.SliceCount, expected.RowSpacing, expected.SliceSpacing),
            (actual.Format.Name, actual.Rows, actual.Columns, actual.SliceCount, actual.RowSpacing, actual.SliceSpacing));
        Assert.AreEqual($"{expected.Affine}", $"{actual.Affine}");
        CollectionAssert.AreEqual(expected.Properties.ToArray(), actual.Properties.ToArray());
        Assert.IsTrue(NiftiSamples.SlicesOf(expected).Zip(NiftiSamples.SlicesOf(actual)).All(pair =>
            pair.First.Pixels.SequenceEqual(pair.Second.Pixels)));
    }

    private static byte[] Derive(IImageScan scan, TemporaryFolder folder, string name)
    {
        new Tat.MLNet.Formats.Nifti.NiftiFormat().WriteDerived(scan, folder[name], Changed(scan));
        return File.ReadAllBytes(folder[name]);
    }

    private static Dictionary<string, byte[]> Derive(IImageScan scan, string name)
    {
        var streams = new Dictionary<string, MemoryStream>();
        new Tat.MLNet.Formats.Nifti.NiftiFormat().WriteDerived(
            scan, name, Changed(scan), new() { Output = file => streams[file] = new() });
        return streams.ToDictionary(stream => stream.Key, stream => stream.Value.ToArray());
    }

    private static IEnumerable<ImageSlice> Changed(IImageScan scan) => NiftiSamples.SlicesOf(scan).Select(slice =>
        new ImageSlice(Array.ConvertAll(slice.Pixels, pixel => (pixel * 2) + 1), slice.Height, slice.Width));
}
