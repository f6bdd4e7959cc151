using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Formats;

[TestClass]
public sealed class UpsampledScanTests
{
    [TestMethod]
    [DataRow("v_t2_LPS.nii.gz", 2, 2)]
    [DataRow("example4d.nii.gz", 2, 1)]
    [DataRow("anatomical.nii", 1, 1.5)]
    [DataRow("example_nifti2.nii.gz", 2, 3)]
    public void A_finer_volume_has_the_sources_values_where_the_source_has_pixels(string name, double rows, double columns)
    {
        using var folder = new TemporaryFolder();
        var options = new ImageReadOptions { Upsampling = new(rows, columns) };
        using var source = ImageFormats.Open(TestData.Path("data/nifti/" + name));
        using var finer = ImageFormats.Open(source.Path, options);
        Assert.AreEqual(((int)Math.Round(rows * source.Rows), (int)Math.Round(columns * source.Columns), source.SliceCount),
            (finer.Rows, finer.Columns, finer.SliceCount));
        new NiftiFormat().WriteDerived(finer, folder["out.nii.gz"], NiftiSamples.SlicesOf(finer));
        using var written = ImageFormats.Open(folder["out.nii.gz"]);
        AssertSameBody(source, written);
        Assert.AreEqual(source.RowSpacing!.Value * source.Rows, written.RowSpacing!.Value * written.Rows, 1e-4, "The field of view stays.");
        Assert.AreEqual(source.ColumnSpacing!.Value * source.Columns, written.ColumnSpacing!.Value * written.Columns, 1e-4);
        Assert.AreEqual(source.SliceSpacing, written.SliceSpacing);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Objects_of_a_finer_series_lie_where_those_of_the_source_do(bool isEnhanced)
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        if (isEnhanced)
        {
            files.Write(WithMeasures(SyntheticDicom.Enhanced(9, 6)));
        }
        else
        {
            files.Write(SyntheticDicom.Slice(1, 9));
            files.Write(SyntheticDicom.Slice(2, 6));
        }

        using var source = ImageFormats.Open(files.Folder);
        using var finer = ImageFormats.Open(files.Folder, new() { Upsampling = new(2, 4) });
        new DicomFormat().WriteDerived(finer, folder["out"], NiftiSamples.SlicesOf(finer), new() { WriteDifference = true });
        using var written = ImageFormats.Open(folder["out/restored"]);
        Assert.AreEqual((16, 24, 0.5, 0.5), (written.Rows, written.Columns, written.RowSpacing, written.ColumnSpacing));
        AssertSameBody(source, written);
        using var difference = ImageFormats.Open(folder["out/difference"]);
        Assert.AreEqual((16, 24), (difference.Rows, difference.Columns));
        foreach (var file in Directory.GetFiles(folder["out"], "*", SearchOption.AllDirectories))
        {
            Assert.Contains("finer by a factor of 2x4", DicomProviders.Current.Read(file).DataSet.GetString(Tags.DerivationDescription)!);
        }

        Assert.IsLessThanOrEqualTo(1, difference.ReadSlice(0).Pixels.Max(Math.Abs));
    }

    [TestMethod]
    public void A_grid_across_the_plane_of_acquisition_is_refused()
    {
        var options = new ImageReadOptions { Upsampling = new(2), Plane = SlicePlane.Coronal };
        var exception = Assert.ThrowsExactly<InvalidDataException>(() =>
            ImageFormats.Open(TestData.Path("data/nifti/v_t2_LPS.nii.gz"), options));
        Assert.Contains("plane of acquisition", exception.Message);
    }

    [TestMethod]
    [DataRow(0.9)]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    public void A_factor_makes_no_grid_coarser(double factor) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new UpsamplingFactor(1, factor));

    [TestMethod]
    [DataRow("2", 2, 2)]
    [DataRow("1x2", 1, 2)]
    [DataRow("1.5x4", 1.5, 4)]
    public void A_factor_is_read_as_people_write_it_and_as_it_is_written(string text, double rows, double columns)
    {
        Assert.IsTrue(UpsamplingFactor.TryParse(text, out var factor));
        Assert.AreEqual((rows, columns), (factor.Rows, factor.Columns));
        Assert.IsTrue(UpsamplingFactor.TryParse(factor.ToString(), out var again));
        Assert.AreEqual(factor, again);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("x2")]
    [DataRow("2x")]
    [DataRow("2x2x2")]
    [DataRow("0.9")]
    [DataRow("-2")]
    [DataRow("1,5")]
    [DataRow("NaN")]
    [DataRow("two")]
    public void What_is_no_factor_is_none(string? text)
    {
        Assert.IsFalse(UpsamplingFactor.TryParse(text, out var factor));
        Assert.IsNull(factor);
    }

    private static DicomDataSet WithMeasures(DicomDataSet data)
    {
        var (shared, measures) = (new DicomDataSet(), new DicomDataSet());
        measures.SetText(Tags.PixelSpacing, DicomVr.DS, "1", "2");
        shared.SetItems(Tags.PixelMeasuresSequence, measures);
        data.SetItems(Tags.SharedFunctionalGroupsSequence, shared);
        data.Remove(Tags.PixelSpacing);
        return data;
    }

    /// <summary>Finds each pixel of the source whose place is that of a pixel of the other grid there, with the same value.</summary>
    private static void AssertSameBody(IImageScan source, IImageScan finer)
    {
        var (from, to) = (source.Affine!, finer.Affine!);
        Assert.AreEqual(from.Orientation, to.Orientation);
        for (var row = 0; row < 3; row++)
        {
            Assert.AreEqual(from[row, 3], to[row, 3], 1e-4, "The first pixel stays where it is.");
            Assert.AreEqual(from[row, 0] * source.Columns, to[row, 0] * finer.Columns, 1e-3);
            Assert.AreEqual(from[row, 1] * source.Rows, to[row, 1] * finer.Rows, 1e-3);
            Assert.AreEqual(from[row, 2], to[row, 2], 1e-4);
        }

        for (var i = 0; i < source.SliceCount; i++)
        {
            var (expected, actual) = (source.ReadSlice(i), finer.ReadSlice(i));
            var tolerance = 1e-3 * expected.Pixels.Max(Math.Abs) + 1e-3;
            for (var at = 0; at < expected.Pixels.Length; at++)
            {
                var (row, column) = (at / expected.Width, at % expected.Width);
                if (row * actual.Height % expected.Height == 0 && column * actual.Width % expected.Width == 0)
                {
                    Assert.AreEqual(expected.Pixels[at],
                        actual[row * actual.Height / expected.Height, column * actual.Width / expected.Width], tolerance);
                }
            }
        }
    }
}
