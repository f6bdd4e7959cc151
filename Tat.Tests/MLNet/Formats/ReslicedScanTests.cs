using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Formats;

[TestClass]
public sealed class ReslicedScanTests
{
    [TestMethod]
    public void The_same_body_gives_the_same_axial_slices_however_it_is_stored()
    {
        using var stored = ImageFormats.Open(TestData.Path("data/nifti/v_t2_LPS.nii.gz"));
        using var turned = ImageFormats.Open(TestData.Path("data/nifti/v_t2_ASL.nii.gz")).InPlane(SlicePlane.Axial);
        Assert.AreEqual((96, 96, 4), (turned.Rows, turned.Columns, turned.SliceCount));
        Assert.AreEqual((1.0, 1.0, 2.0), (turned.RowSpacing, turned.ColumnSpacing, turned.SliceSpacing));
        Assert.AreEqual("ALS", turned.Affine!.Orientation);
        for (var z = 0; z < 4; z++)
        {
            var (expected, actual) = (stored.ReadSlice(z), turned.ReadSlice(z));
            for (var (y, x) = (0, 0); y < 96; (y, x) = x == 95 ? (y + 1, 0) : (y, x + 1))
            {
                Assert.AreEqual(expected[95 - y, x], actual[x, y]);
            }
        }
    }

    [TestMethod]
    [DataRow("example4d.nii.gz", SlicePlane.Axial)]
    [DataRow("example4d.nii.gz", SlicePlane.Coronal)]
    [DataRow("example4d.nii.gz", SlicePlane.Sagittal)]
    [DataRow("air.hdr.gz", SlicePlane.Axial)]
    public void Written_slices_of_any_plane_are_back_in_the_sources_order(string name, SlicePlane plane)
    {
        using var folder = new TemporaryFolder();
        using var source = ImageFormats.Open(TestData.Path("data/nifti/" + name));
        using var cut = ImageFormats.Open(TestData.Path("data/nifti/" + name)).InPlane(plane);
        Assert.AreEqual(plane, cut.Affine!.SlicePlane);
        new NiftiFormat().WriteDerived(cut, folder["out.nii"], NiftiSamples.SlicesOf(cut));
        using var written = ImageFormats.Open(folder["out.nii"]);
        CollectionAssert.AreEqual(NiftiSamples.FileOf(source).Dimensions.ToArray(), NiftiSamples.FileOf(written).Dimensions.ToArray());
        Assert.AreEqual(source.Affine!.ToString(), written.Affine!.ToString());
        for (var i = 0; i < source.SliceCount; i++)
        {
            CollectionAssert.AreEqual(source.ReadSlice(i).Pixels, written.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void A_volume_without_orientation_has_only_its_plane_of_acquisition()
    {
        using var folder = new TemporaryFolder();
        using var scan = ImageFormats.Open(NiftiSamples.WriteRamp(folder["ramp.nii"]));
        Assert.AreSame(scan, scan.InPlane(SlicePlane.Acquisition));
        Assert.ThrowsExactly<InvalidDataException>(() => scan.InPlane(SlicePlane.Coronal));
    }

    [TestMethod]
    public void Slices_that_do_not_make_whole_volumes_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var cut = ImageFormats.Open(TestData.Path("data/nifti/v_t2_i16.nii.gz")).InPlane(SlicePlane.Coronal);
        Assert.ThrowsExactly<ArgumentException>(() =>
            new NiftiFormat().WriteDerived(cut, folder["out.nii"], NiftiSamples.SlicesOf(cut).Skip(1)));
        Assert.HasCount(0, folder.Files);
    }
}
