using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;

namespace Tat.Tests.Formats.Nifti;

/// <summary>Each file of the conformance set is read with the numbers of an independent reader, or refused with a clear message.</summary>
[TestClass]
public sealed class NiftiConformanceTests
{
    private static readonly string[] _names =
    [
        "air.hdr.gz", "air.img.gz", "avg152T1_LR_nifti.nii.gz", "little.nii.gz", "not-nifti.nii", "anatomical.nii", "example4d.nii.gz",
        "example_nifti2.nii.gz", "resampled_anat_moved.nii", "standard.nii.gz", "x_truncated.nii", "x_huge_dims.nii", "x_slope_zero.nii",
        "x_complex64.nii", "x_empty.nii", "v_t2_u8.nii.gz", "v_t2_i16.nii.gz", "v_t2_i32.nii.gz", "v_t2_f32.nii.gz", "v_t2_RAS.nii.gz",
        "v_t2_LPS.nii.gz", "v_t2_ASL.nii.gz",
    ];

    public static IEnumerable<object[]> Names => _names.Select(name => new object[] { name });

    [TestMethod]
    public void The_set_is_tested_in_full()
    {
        CollectionAssert.AreEquivalent(_names, Table().Keys);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_file_is_read_as_expected(string name)
    {
        var expected = Table()[name];
        var path = TestData.Path("data/nifti/" + name);
        if (expected["expect"] == "clear_error")
        {
            var error = Assert.ThrowsExactly<ImageFormatException>(() => ReadAll(path));
            StringAssert.Contains(error.Message, name, StringComparison.Ordinal);
            return;
        }

        using var scan = ImageFormats.Open(path);
        var file = NiftiSamples.FileOf(scan);
        Assert.AreEqual(expected["shape"], string.Join('x', file.Dimensions));
        Assert.AreEqual(TypeName(expected["dtype"]), file.Voxels.Type.ToString().ToLowerInvariant());
        Assert.AreEqual(expected["endian"] == ">", file.Header.IsBigEndian);
        CheckValues(expected, scan);
        CheckGeometry(expected, file);
    }

    private static void CheckValues(IReadOnlyDictionary<string, string> expected, IImageScan scan)
    {
        var values = NiftiSamples.SlicesOf(scan).SelectMany(slice => slice.Pixels).ToList();
        var numbers = values.Where(value => !float.IsNaN(value)).ToList();
        Assert.AreEqual(Number(expected["n_nan"]), values.Count - numbers.Count);
        AssertClose(Number(expected["min"]), numbers.Min());
        AssertClose(Number(expected["max"]), numbers.Max());
        AssertClose(Number(expected["mean"]), numbers.Average(value => (double)value));
    }

    private static void CheckGeometry(IReadOnlyDictionary<string, string> expected, NiftiFile file)
    {
        var affine = NiftiOrientation.AffineOf(file.Header);
        Assert.IsNotNull(affine);
        var numbers = expected["affine"].Split(' ').Select(Number).ToArray();
        for (var i = 0; i < 12; i++)
        {
            Assert.AreEqual(numbers[i], affine[i / 4, i % 4], 1e-5 * Math.Max(1, Math.Abs(numbers[i])));
        }

        Assert.AreEqual(expected["axcodes"], affine.Orientation);
        var zooms = expected["zooms"].Split(' ').Select(Number).ToArray();
        for (var i = 0; i < zooms.Length; i++)
        {
            AssertClose(zooms[i], file.Header.PixelDimension(i + 1));
        }
    }

    private static void ReadAll(string path)
    {
        using var scan = ImageFormats.Open(path);
        foreach (var _ in NiftiSamples.SlicesOf(scan))
        {
        }
    }

    /// <summary>The table rounds to seven digits.</summary>
    private static void AssertClose(double expected, double actual) =>
        Assert.AreEqual(expected, actual, 1e-5 * Math.Max(1e-3, Math.Abs(expected)));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string TypeName(string dtype) => dtype switch
    {
        ">i2" => "int16",
        ">f4" => "float32",
        _ => dtype,
    };

    private static Dictionary<string, Dictionary<string, string>> Table()
    {
        var lines = File.ReadAllLines(TestData.Path("data/nifti/expected.csv"));
        var header = lines[0].Split(',');
        return lines.Skip(1).Select(Split).ToDictionary(
            cells => cells[0],
            cells => header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>Cells of a line; a quoted one may contain commas.</summary>
    private static string[] Split(string line) => [.. System.Text.RegularExpressions.Regex
        .Matches(line, "(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,]*))")
        .Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value)];
}
