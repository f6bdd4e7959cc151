using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Tests.Scans;

namespace Tat.Tests.Formats.Dicom.Series;

/// <summary>Series whose volumes have no grid in common.</summary>
[TestClass]
public class PartsTests
{
    [TestMethod]
    public void The_planes_of_a_localizer_are_restored_in_place_and_as_a_file_each()
    {
        using var files = new SyntheticDicom();
        using var target = new TemporaryFolder();
        WriteLocalizer(files);
        using var restorer = new Increment();
        using var scan = (DicomScan)ImageFormats.Open(files.Folder);
        CollectionAssert.AreEqual(new[] { 3, 2, 1 }, scan.Parts.Select(part => part.SliceCount).ToArray());
        Assert.Contains("3 parts of 3, 2, 1 slices, which differ by orientation", scan.Properties["Remarks"]);
        CollectionAssert.AreEqual(new[] { SlicePlane.Axial, SlicePlane.Sagittal, SlicePlane.Coronal },
            scan.Parts.Select(part => part.Affine!.SlicePlane).ToArray());

        var result = restorer.RestoreScan(files.Folder, target["dicom"]);
        Assert.HasCount(1, result.SeriesInstanceUids);
        Assert.HasCount(6, result.Files);
        using var derived = (DicomScan)ImageFormats.Open(target["dicom"]);
        for (var i = 0; i < 6; i++)
        {
            Assert.AreEqual(scan.Slices[i].Plane, derived.Slices[i].Plane);
            CollectionAssert.AreEqual(Array.ConvertAll(scan.ReadSlice(i).Pixels, value => value + 1), derived.ReadSlice(i).Pixels);
        }

        var volumes = restorer.RestoreScan(files.Folder, target["x.nii.gz"], new() { SidecarSources = ["a"] });
        CollectionAssert.AreEquivalent(Enumerable.Range(1, 3)
            .SelectMany(i => new[] { target[$"x_part-{i}.nii.gz"], target[$"x_part-{i}.json"] }).ToArray(), volumes.Files.ToArray());
        Assert.Contains("x_part-1.nii.gz",
            Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(files.Folder, target["x.nii.gz"])).Message);
        Assert.IsTrue(new ScanJob(ScanFinder.Find([files.Folder]).Scans.Single(), target["x.nii.gz"]).IsDone);
        const string code = """
            import sys, os, nibabel, pydicom, numpy as np
            images = [nibabel.load(f"{sys.argv[1]}_part-{i}.nii.gz") for i in (1, 2, 3)]
            for name in os.listdir(sys.argv[2]):
                d, found = pydicom.dcmread(os.path.join(sys.argv[2], name)), 0
                o, p = np.array(d.ImageOrientationPatient), np.array(d.ImagePositionPatient)
                corner = p + 7 * o[3:] * d.PixelSpacing[0] + 5 * o[:3] * d.PixelSpacing[1]
                for image in images:
                    at = [(np.linalg.inv(image.affine) @ np.array([-q[0], -q[1], q[2], 1]))[:3] for q in (p, corner)]
                    corners = np.allclose(at[0][:2], 0, atol=1e-4) and np.allclose(at[1][:2], [5, 7], atol=1e-4)
                    if corners and abs(at[0][2] - at[1][2]) < 1e-4:
                        values = np.atleast_3d(image.dataobj)[:, :, round(at[0][2])].T
                        assert np.array_equal(values, d.pixel_array - 1024.0 + 1), name
                        found += 1
                assert found == 1, (name, found)
            """;
        Peer.Python(code, target["x"], files.Folder);
        Assert.Contains("grids of their own",
            Assert.ThrowsExactly<InvalidDataException>(() => ImageFormats.Open(files.Folder, new() { Plane = SlicePlane.Axial })).Message);
    }

    [TestMethod]
    public void A_failure_takes_the_files_of_all_parts_away()
    {
        using var files = new SyntheticDicom();
        using var target = new TemporaryFolder();
        WriteLocalizer(files);
        using var scan = ImageFormats.Open(files.Folder);
        var format = new MLNet.Formats.Nifti.NiftiFormat();
        Assert.ThrowsExactly<ArgumentException>(() =>
            format.WriteDerived(scan, target["x.nii"], Enumerable.Range(0, 5).Select(scan.ReadSlice)));
        Assert.ThrowsExactly<ArgumentException>(() =>
            format.WriteDerived(scan, target["x.nii"], Enumerable.Range(0, 7).Select(i => scan.ReadSlice(i % 6))));
        Assert.IsEmpty(target.Files);
    }

    [TestMethod]
    public void The_files_of_all_parts_and_their_sidecars_are_old_or_new()
    {
        using var files = new SyntheticDicom();
        using var target = new TemporaryFolder();
        WriteLocalizer(files);
        using var restorer = new Increment();
        using var source = new CancellationTokenSource();
        restorer.RestoreScan(files.Folder, target["x.nii"], new() { SidecarSources = ["old"] });
        var before = Contents();
        var stop = new Torch.Runtime.DirectProgress<ScanProgress>(progress =>
        {
            if (progress.Slices >= 5)
            {
                source.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() =>
            restorer.RestoreScan(files.Folder, target["x.nii"], new() { SidecarSources = ["new"], Overwrite = true }, stop, source.Token));
        CollectionAssert.AreEqual(before, Contents());

        // A folder is no older file, and nothing gets its name where one of the files cannot.
        File.Move(target["x_part-3.json"], target["in the way"]);
        Directory.CreateDirectory(target["x_part-3.json"]);
        File.Move(target["in the way"], target["x_part-3.json/in the way"]);
        before = Contents();
        Assert.ThrowsExactly<IOException>(() =>
            restorer.RestoreScan(files.Folder, target["x.nii"], new() { SidecarSources = ["new"], Overwrite = true }));
        CollectionAssert.AreEqual(before, Contents());

        string[] Contents() =>
            [.. target.Files.Select(name =>
                $"{name} {Convert.ToHexString(System.IO.Hashing.XxHash128.Hash(File.ReadAllBytes(target[name])))}")];
    }

    [TestMethod]
    public void The_last_volume_of_an_interrupted_scan_is_a_part()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 8; i++)
        {
            var data = SyntheticDicom.Slice(i + 1, i % 3);
            data.SetText(Tags.TemporalPositionIdentifier, DicomVr.IS, SyntheticDicom.Text((i / 3) + 1));
            files.Write(data);
        }

        using var scan = ImageFormats.Open(files.Folder);
        CollectionAssert.AreEqual(new[] { 3, 3, 2 }, scan.Parts.Select(part => part.SliceCount).ToArray());
        Assert.Contains("differ by temporal position", scan.Properties["Remarks"]);
    }

    [TestMethod]
    public void So_it_is_where_each_slice_has_a_time_of_its_own()
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 8; i++)
        {
            var data = SyntheticDicom.Slice(8 - i, i % 3);
            data.SetText(Tags.TriggerTime, DicomVr.DS, SyntheticDicom.Text(7 * i));
            files.Write(data);
        }

        using var scan = (DicomScan)ImageFormats.Open(files.Folder);
        CollectionAssert.AreEqual(new[] { 3, 3, 2 }, scan.Parts.Select(part => part.SliceCount).ToArray());
        CollectionAssert.AreEqual(new[] { 8, 7, 6, 5, 4, 3, 2, 1 }, scan.Slices.Select(slice => slice.InstanceNumber!.Value).ToArray());
        files.Write(SyntheticDicom.Slice(9, 0));
        Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder));
    }

    [TestMethod]
    public void Echoes_of_different_coverage_and_times_are_parts()
    {
        using var files = new SyntheticDicom();
        foreach (var (number, (z, echo, time)) in new[]
        {
            (0, 5, 1),
            (1, 5, 1),
            (0, 5, 2),
            (1, 5, 2),
            (0, 90, 1),
            (1, 90, 1),
            (2, 90, 1),
        }.Index())
        {
            var data = SyntheticDicom.Slice(number + 1, z);
            data.SetText(Tags.EchoTime, DicomVr.DS, SyntheticDicom.Text(echo));
            data.SetText(Tags.AcquisitionNumber, DicomVr.IS, SyntheticDicom.Text(time));
            files.Write(data);
        }

        using var scan = ImageFormats.Open(files.Folder);
        CollectionAssert.AreEqual(new[] { (4, 2), (3, 3) }, scan.Parts.Select(part => (part.SliceCount, part.SlicesPerVolume)).ToArray());
    }

    [TestMethod]
    public void Acquisitions_at_places_of_their_own_are_parts_and_a_gap_is_none()
    {
        using var files = new SyntheticDicom();
        double[] heights = [0, 2, 4, 100, 102];
        foreach (var (i, z) in heights.Index())
        {
            files.Write(Numbered(i + 1, z, z < 50 ? 1 : 2));
        }

        using (var scan = ImageFormats.Open(files.Folder))
        {
            CollectionAssert.AreEqual(new[] { 3, 2 }, scan.Parts.Select(part => part.SliceCount).ToArray());
        }

        files.Write(Numbered(6, 108, 2));
        Assert.Contains("slices are missing: 2 gaps",
            Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder)).Message);

        static DicomDataSet Numbered(int number, double z, int acquisition)
        {
            var data = SyntheticDicom.Slice(number, z);
            data.SetText(Tags.AcquisitionNumber, DicomVr.IS, SyntheticDicom.Text(acquisition));
            return data;
        }
    }

    [TestMethod]
    public void Frames_of_an_enhanced_object_in_two_orientations_stay_at_their_places()
    {
        using var files = new SyntheticDicom();
        using var target = new TemporaryFolder();
        var data = SyntheticDicom.Enhanced(0, 4, 2, 9);
        data.Remove(Tags.ImageOrientationPatient);
        foreach (var (i, group) in data.GetItems(Tags.PerFrameFunctionalGroupsSequence).Index())
        {
            var orientation = new DicomDataSet();
            orientation.SetText(Tags.ImageOrientationPatient, DicomVr.DS,
                i < 3 ? ["1", "0", "0", "0", "1", "0"] : ["0", "1", "0", "0", "0", "-1"]);
            group.SetItems(Tags.PlaneOrientationSequence, orientation);
        }

        var path = files.Write(data);
        using var scan = (DicomScan)ImageFormats.Open(path);
        CollectionAssert.AreEqual(new[] { 0, 2, 1, 3 }, scan.Slices.Select(slice => slice.Frame).ToArray());
        CollectionAssert.AreEqual(new[] { 3, 1 }, scan.Parts.Select(part => part.SliceCount).ToArray());
        using var restorer = new Increment();
        restorer.RestoreScan(path, target["out.dcm"]);
        using var derived = (DicomScan)ImageFormats.Open(target["out.dcm"]);
        for (var i = 0; i < 4; i++)
        {
            Assert.AreEqual(scan.Slices[i].Plane, derived.Slices[i].Plane);
            CollectionAssert.AreEqual(Array.ConvertAll(scan.ReadSlice(i).Pixels, value => value + 1), derived.ReadSlice(i).Pixels);
        }
    }

    private static void WriteLocalizer(SyntheticDicom files)
    {
        string[] axial = ["1", "0", "0", "0", "1", "0"], sagittal = ["0", "1", "0", "0", "0", "-1"],
            coronal = ["1", "0", "0", "0", "0", "-1"];
        (string[] Orientation, string[] Position)[] slices =
        [
            (axial, ["0", "0", "0"]), (sagittal, ["-20", "0", "0"]), (axial, ["0", "0", "10"]), (coronal, ["0", "5", "0"]),
            (sagittal, ["20", "0", "0"]), (axial, ["0", "0", "20"]),
        ];
        foreach (var (i, (orientation, position)) in slices.Index())
        {
            var data = SyntheticDicom.Slice(i + 1, 0);
            data.SetText(Tags.ImageOrientationPatient, DicomVr.DS, orientation);
            data.SetText(Tags.ImagePositionPatient, DicomVr.DS, position);
            files.Write(data);
        }
    }
}
