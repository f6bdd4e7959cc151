using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats.Dicom.Series;

/// <summary>Series with several volumes at the same positions.</summary>
[TestClass]
public class VolumeSeriesTests
{
    [TestMethod]
    [DataRow(0x00200100u, "temporal position", "1", "2")]
    [DataRow(0x00181060u, "trigger time", "12.5", "740")]
    [DataRow(0x00180081u, "echo time", "9.2", "80")]
    [DataRow(0x00180086u, "echo time", "1", "2")]
    [DataRow(0x00189087u, "b-value", "0", "1000")]
    [DataRow(0x00200012u, "acquisition", "9", "10")]
    [DataRow(0x00080008u, "image type", "ORIGINAL\\PRIMARY\\M", "ORIGINAL\\PRIMARY\\P")]
    public void Slices_of_one_position_are_taken_apart_by_what_differs(uint element, string name, string first, string second)
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 6; i++)
        {
            // The second volume has the lower numbers, and the files come in yet another order.
            var data = SyntheticDicom.Slice(i + 1, 2 * (i % 3));
            data.SetText(DicomTag.Of(element), DicomVr.DS, (i < 3 ? second : first).Split('\\'));
            files.Write(data, $"{i * 5 % 6}.dcm");
        }

        using var scan = ImageFormats.Open(files.Folder);
        Assert.AreEqual((6, 3, 2.0), (scan.SliceCount, scan.SlicesPerVolume, scan.SliceSpacing));
        CollectionAssert.AreEqual(
            new[] { 4, 5, 6, 1, 2, 3 }, ((DicomScan)scan).Slices.Select(slice => slice.InstanceNumber!.Value).ToArray());
        Assert.Contains($"2 volumes, which differ by {name}", scan.Properties["Remarks"]);
    }

    [TestMethod]
    [DataRow(true, new[] { 1, 2, 3, 4, 5, 6, 7, 8 }, "volume by volume, with the unweighted one last but one")]
    [DataRow(false, new[] { 1, 5, 2, 6, 3, 7, 4, 8 }, "position by position")]
    public void Directions_keep_the_order_of_the_scan_as_tables_of_gradients_do(bool byVolume, int[] numbers, string how)
    {
        using var files = new SyntheticDicom();
        foreach (var (volume, gradient) in new[] { "1 0 0", "0 1 0", "", "0 0 1" }.Index())
        {
            for (var position = 0; position < 2; position++)
            {
                var data = SyntheticDicom.Slice(byVolume ? (2 * volume) + position + 1 : (4 * position) + volume + 1, position);
                data.SetText(Tags.DiffusionBValue, DicomVr.DS, gradient.Length == 0 ? "0" : "1000");
                if (gradient.Length > 0)
                {
                    data.SetText(Tags.DiffusionGradientOrientation, DicomVr.DS, gradient.Split(' '));
                }

                files.Write(data, $"{7 - (2 * volume) - position}.dcm");
            }
        }

        using var scan = (DicomScan)ImageFormats.Open(files.Folder);
        Assert.Contains("4 volumes, which differ by b-value, diffusion direction", scan.Properties["Remarks"], how);
        CollectionAssert.AreEqual(numbers, scan.Slices.Select(slice => slice.InstanceNumber!.Value).ToArray(), how);
    }

    [TestMethod]
    public void Times_order_volumes_where_each_slice_has_its_own()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 6; i++)
        {
            var data = SyntheticDicom.Slice(6 - i, i % 3);
            data.SetText(Tags.TriggerTime, DicomVr.DS, SyntheticDicom.Text(7 * i));
            files.Write(data);
        }

        using var scan = (DicomScan)ImageFormats.Open(files.Folder);
        CollectionAssert.AreEqual(new[] { 6, 5, 4, 3, 2, 1 }, scan.Slices.Select(slice => slice.InstanceNumber!.Value).ToArray());
        Assert.AreEqual(3, scan.SlicesPerVolume);
    }

    [TestMethod]
    public void Volumes_of_an_enhanced_object_are_restored_in_their_object()
    {
        using var files = new SyntheticDicom();
        using var target = new SyntheticDicom();
        var data = SyntheticDicom.Enhanced(0, 0, 3, 3);
        foreach (var (frame, group) in data.GetItems(Tags.PerFrameFunctionalGroupsSequence).Index())
        {
            var content = new DicomDataSet();
            content.SetText(Tags.TemporalPositionIndex, DicomVr.DS, frame % 2 == 0 ? "2" : "1");
            group.SetItems(Tags.FrameContentSequence, content);
        }

        using var scan = (DicomScan)ImageFormats.Open(files.Write(data));
        CollectionAssert.AreEqual(new[] { 1, 3, 0, 2 }, scan.Slices.Select(slice => slice.Frame).ToArray());
        Assert.AreEqual((2, 3.0), (scan.SlicesPerVolume, scan.SliceSpacing));
        var destination = Path.Combine(target.Folder, "out.dcm");
        scan.Format.WriteDerived(scan, destination, Slices(scan));
        using var derived = (DicomScan)ImageFormats.Open(destination);
        for (var i = 0; i < 4; i++)
        {
            Assert.AreEqual(scan.Slices[i].Plane, derived.Slices[i].Plane);
            CollectionAssert.AreEqual(scan.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void Volumes_become_a_volume_of_four_dimensions_and_a_series_of_the_same_structure()
    {
        using var target = new SyntheticDicom();
        var folder = TestData.Path("data/faults/imaging/24_two_time_points");
        using var scan = (DicomScan)ImageFormats.Open(folder);
        var nifti = Path.Combine(target.Folder, "x.nii.gz");
        new NiftiFormat().WriteDerived(scan, nifti, Slices(scan));
        const string code = """
            import sys, os, nibabel, pydicom, numpy as np
            image = nibabel.load(sys.argv[1])
            data = np.asarray(image.dataobj)
            assert data.shape == (64, 64, 3, 2), data.shape
            for name in os.listdir(sys.argv[2]):
                d = pydicom.dcmread(os.path.join(sys.argv[2], name))
                p = d.ImagePositionPatient
                x, y, z = np.linalg.inv(image.affine)[:3] @ np.array([-p[0], -p[1], p[2], 1])
                assert abs(x) < 1e-4 and abs(y) < 1e-4 and abs(z - round(z)) < 1e-4, (x, y, z)
                assert np.array_equal(data[:, :, round(z), int(d.TemporalPositionIdentifier) - 1].T, d.pixel_array), name
            """;
        Peer.Python(code, nifti, folder);

        var series = Path.Combine(target.Folder, "series");
        scan.Format.WriteDerived(scan, series, Slices(scan));
        using var derived = (DicomScan)ImageFormats.Open(series);
        Assert.AreEqual((6, 3), (derived.SliceCount, derived.SlicesPerVolume));
        for (var i = 0; i < 6; i++)
        {
            Assert.AreEqual(scan.Slices[i].InstanceNumber, derived.Slices[i].InstanceNumber);
            CollectionAssert.AreEqual(scan.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }
    }

    [TestMethod]
    public void Volumes_that_are_incomplete_are_refused_unless_allowed()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 5; i++)
        {
            files.Write(SyntheticDicom.Slice(i + 1, i % 3));
        }

        Assert.Contains("the positions have from 1 to 2 slices",
            Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder)).Message);
        using var scan = ImageFormats.Open(files.Folder, new() { AllowIrregularSeries = true });
        Assert.AreEqual((5, 5), (scan.SliceCount, scan.SlicesPerVolume));
        Assert.IsNull(scan.Affine);
    }

    [TestMethod]
    public void Slices_with_gantry_tilt_are_restored_in_place()
    {
        using var target = new SyntheticDicom();
        using var scan = (DicomScan)ImageFormats.Open(TestData.Path("data/dicom/series_gantry_tilt"));
        var destination = Path.Combine(target.Folder, "out");
        scan.Format.WriteDerived(scan, destination, Slices(scan));
        using var derived = (DicomScan)ImageFormats.Open(destination);
        for (var i = 0; i < 4; i++)
        {
            Assert.AreEqual(scan.Slices[i].Plane, derived.Slices[i].Plane);
            CollectionAssert.AreEqual(scan.ReadSlice(i).Pixels, derived.ReadSlice(i).Pixels);
        }
    }

    private static IEnumerable<ImageSlice> Slices(IImageScan scan) => Enumerable.Range(0, scan.SliceCount).Select(scan.ReadSlice);

    [TestMethod]
    [DataRow(2)]
    [DataRow(1)]
    [DataRow(4)]
    public void Frames_and_items_of_other_numbers_are_refused_as_file_and_in_a_folder(int frames)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Enhanced(0, 1, 2);
        data.SetText(Tags.NumberOfFrames, DicomVr.IS, SyntheticDicom.Text(frames));
        var path = files.Write(data);
        foreach (var place in new[] { path, files.Folder })
        {
            var message = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(place)).Message;
            Assert.Contains($"NumberOfFrames (0028,0008) is {frames}, and PerFrameFunctionalGroupsSequence (5200,9230) has 3 items",
                message);
            Assert.Contains(Path.GetFileName(path), message);
        }
    }

    [TestMethod]
    public void Frames_without_any_position_are_a_stack_in_their_order()
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Enhanced(0, 1, 2);
        foreach (var group in data.GetItems(Tags.PerFrameFunctionalGroupsSequence))
        {
            group.Remove(Tags.PlanePositionSequence);
        }

        using var scan = ImageFormats.Open(files.Write(data));
        Assert.AreEqual((3, (PatientAffine?)null), (scan.SliceCount, scan.Affine));
        Assert.IsFalse(scan.Properties.ContainsKey("Irregular"));
    }
}
