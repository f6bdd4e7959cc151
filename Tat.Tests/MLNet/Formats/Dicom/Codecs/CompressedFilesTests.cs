using Tat.MLNet.Formats;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>Compressed files of many makers against other programs.</summary>
[TestClass]
public class CompressedFilesTests
{
    /// <summary>
    /// The files of JPEG-LS and JPEG 2000 that the other program reads right, as the table says; without it, the table itself, so that the
    /// test is inconclusive.
    /// </summary>
    public static IEnumerable<object[]> Files() => DicomTable.Rows()
        .Where(row =>
            (row["ts_name"].StartsWith("JPEG-LS", StringComparison.Ordinal) || row["ts_name"].StartsWith(
                "JPEG 2000", StringComparison.Ordinal)) && row["cross_check"].Contains("gdcmconv:same", StringComparison.Ordinal))
        .Select(row => new object[] { row["file"] })
        .DefaultIfEmpty(["expected.csv"]);

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void Gdcm_finds_the_same_pixels(string file)
    {
        var path = TestData.Path($"data/dicom/{file}");
        using var files = new SyntheticDicom();
        var raw = Path.Combine(files.Folder, "raw.dcm");
        var (exitCode, output) = Peer.Run("gdcmconv", "--raw", path, raw);
        Assert.AreEqual(0, exitCode, output);
        using var expected = ImageFormats.Open(raw);
        using var actual = ImageFormats.Open(path);
        var largest = expected.ReadSlice(0).Pixels.Zip(actual.ReadSlice(0).Pixels).Max(pair => Math.Abs(pair.First - pair.Second));

        // Of the syntax that may be lossy, one file is of the 9/7 wavelet, whose result is rounded.
        Assert.IsLessThanOrEqualTo(actual.Properties["Transfer syntax"].Contains(".4.91", StringComparison.Ordinal) ? 1 : 0, largest);
    }
}
