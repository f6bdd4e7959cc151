using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Scans;
using Tat.Samples.Shell;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Samples;

namespace Tat.Tests.Scans;

[TestClass]
public class ScanWriteBackTests
{
    [TestMethod]
    public void Axes_may_have_any_order_and_direction()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        RestoreVolume(files, folder["x.nii"]);
        const string code = """
            import sys, itertools, nibabel
            image = nibabel.load(sys.argv[1])
            for order in itertools.permutations(range(3)):
                for flips in itertools.product((1, -1), repeat=3):
                    turned = image.as_reoriented(list(zip(order, flips)))
                    nibabel.save(turned, f"{sys.argv[2]}/{''.join(map(str, order))}{''.join('+' if f > 0 else '-' for f in flips)}.nii")
            """;
        Directory.CreateDirectory(folder["turned"]);
        Peer.Python(code, folder["x.nii"], folder["turned"]);
        var turned = Directory.GetFiles(folder["turned"]);
        Assert.HasCount(48, turned);
        using var before = (DicomScan)ImageFormats.Open(files.Folder);
        foreach (var file in turned)
        {
            var written = ScanWriteBack.WriteBack([file], Find(files.Folder), folder["out"], overwrite: true);
            Assert.HasCount(4, written);
            using var after = (DicomScan)ImageFormats.Open(folder["out"]);
            for (var i = 0; i < 4; i++)
            {
                Assert.AreEqual(before.Slices[i].Plane, after.Slices[i].Plane);
                CollectionAssert.AreEqual(
                    Array.ConvertAll(before.ReadSlice(i).Pixels, value => value + 1), after.ReadSlice(i).Pixels, file);
            }
        }
    }

    [TestMethod]
    public void The_result_is_a_derived_series_of_the_same_study()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        RestoreVolume(files, folder["x.nii.gz"]);
        var written = ScanWriteBack.WriteBack([folder["x.nii.gz"]], Find(files.Folder), folder["out"], new() { Model = "small 3" });
        var data = DicomProviders.Current.Read(written[0]).DataSet;
        Assert.AreEqual("1.2.3", data.GetString(Tags.StudyInstanceUid));
        Assert.AreNotEqual("1.2.3.4", data.GetString(Tags.SeriesInstanceUid));
        Assert.AreEqual("DERIVED", data.GetString(Tags.ImageType));
        Assert.Contains("small 3", data.GetString(Tags.DerivationDescription)!);
        Assert.Contains("exists", Assert.ThrowsExactly<IOException>(() =>
            ScanWriteBack.WriteBack([folder["x.nii.gz"]], Find(files.Folder), folder["out"])).Message);
        Assert.Contains("own result", Assert.ThrowsExactly<IOException>(() =>
            ScanWriteBack.WriteBack([folder["x.nii.gz"]], Find(files.Folder), files.Folder, overwrite: true)).Message);
    }

    [TestMethod]
    public void Times_and_parts_are_written_back()
    {
        using var folder = new TemporaryFolder();
        using var restorer = new Increment();
        var times = TestData.Path("data/faults/imaging/24_two_time_points");
        restorer.RestoreScan(times, folder["t.nii"]);
        ScanWriteBack.WriteBack([folder["t.nii"]], Find(times), folder["t"]);
        AssertRestored(times, folder["t"]);

        using var files = new SyntheticDicom();
        for (var i = 0; i < 6; i++)
        {
            var data = SyntheticDicom.Slice(i + 1, i);
            data.SetText(Tags.ImageOrientationPatient, DicomVr.DS,
                i < 4 ? ["1", "0", "0", "0", "1", "0"] : ["1", "0", "0", "0", "0", "-1"]);
            data.SetText(Tags.ImagePositionPatient, DicomVr.DS, "0", SyntheticDicom.Text(i < 4 ? 0 : i),
                SyntheticDicom.Text(i < 4 ? i : 0));
            files.Write(data);
        }

        restorer.RestoreScan(files.Folder, folder["p.nii"]);
        string[] parts = [folder["p_part-2.nii"], folder["p_part-1.nii"]];
        ScanWriteBack.WriteBack(parts, Find(files.Folder), folder["p"]);
        AssertRestored(files.Folder, folder["p"]);
        Assert.Contains("has the grid of",
            Assert.ThrowsExactly<InvalidDataException>(() => ScanWriteBack.WriteBack(parts[..1], Find(files.Folder), folder["q"])).Message);
        Assert.Contains("another file has its place", Assert.ThrowsExactly<InvalidDataException>(() =>
            ScanWriteBack.WriteBack([.. parts, parts[0]], Find(files.Folder), folder["q"])).Message);
    }

    [TestMethod]
    public void What_lies_elsewhere_or_is_in_another_unit_is_refused()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        RestoreVolume(files, folder["x.nii"]);
        const string code = """
            import sys, nibabel, numpy as np
            image = nibabel.load(sys.argv[1])
            data = np.asarray(image.dataobj)
            def save(name, data, affine): nibabel.save(nibabel.Nifti1Image(data.astype(np.float32), affine), f"{sys.argv[2]}/{name}.nii")
            moved = image.affine.copy(); moved[2, 3] += 1
            mirrored = image.affine.copy(); mirrored[:, 2] *= -1
            save("moved", data, moved); save("cropped", data[:, :, 1:], image.affine); save("mirrored", data, mirrored)
            save("times", np.stack([data, data], 3), image.affine); save("nowhere", data, None)
            """;
        Peer.Python(code, folder["x.nii"], folder.Path);
        foreach (var name in new[] { "moved", "cropped", "mirrored", "times", "nowhere" })
        {
            Assert.Contains("has the grid of", Assert.ThrowsExactly<InvalidDataException>(() =>
                ScanWriteBack.WriteBack([folder[$"{name}.nii"]], Find(files.Folder), folder["out"])).Message, name);
        }

        using var restorer = new Increment();
        using var pet = new SyntheticDicom();
        pet.Write(SyntheticDicom.Pet());
        restorer.RestoreScan(pet.Folder, folder["bq.nii"], new() { Reading = new() { Pet = PetQuantity.AsStored } });
        Assert.Contains("another unit", Assert.ThrowsExactly<InvalidDataException>(() =>
            ScanWriteBack.WriteBack([folder["bq.nii"]], Find(pet.Folder), folder["out"])).Message);
        ScanWriteBack.WriteBack([folder["bq.nii"]], Find(pet.Folder, new() { Pet = PetQuantity.AsStored }), folder["out"]);
        Assert.Contains("no DICOM series", Assert.ThrowsExactly<InvalidDataException>(() =>
            ScanWriteBack.WriteBack([folder["x.nii"]], Find(folder["x.nii"]), folder["y"])).Message);
    }

    [TestMethod]
    public async Task The_program_writes_back()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        RestoreVolume(files, folder["x.nii.gz"]);
        var result = await Cli.RunAsync("write-back", folder["x.nii.gz"], "--like", files.Folder, "--out", folder["out"]);
        Assert.AreEqual(ExitCodes.Done, result.ExitCode, result.Errors);
        Assert.Contains("4 DICOM files", result.Output);
        AssertRestored(files.Folder, folder["out"]);
        files.Write(SyntheticDicom.Slice(9, 0, "1.2.3.7"));
        Assert.Contains("choose one by --series",
            (await Cli.RunAsync("write-back", folder["x.nii.gz"], "--like", files.Folder, "--out", folder["other"])).Errors);
    }

    private static ScanSource Find(string path, ImageReadOptions? options = null) => ScanFinder.Find([path], options).Scans.Single();

    private static void RestoreVolume(SyntheticDicom files, string result)
    {
        for (var i = 0; i < 4; i++)
        {
            files.Write(SyntheticDicom.Slice(i + 1, 3 * i));
        }

        using var restorer = new Increment();
        restorer.RestoreScan(files.Folder, result);
    }

    private static void AssertRestored(string source, string result)
    {
        using var before = (DicomScan)ImageFormats.Open(source);
        using var after = (DicomScan)ImageFormats.Open(result);
        for (var i = 0; i < before.SliceCount; i++)
        {
            Assert.AreEqual(before.Slices[i].Plane, after.Slices[i].Plane);
            CollectionAssert.AreEqual(Array.ConvertAll(before.ReadSlice(i).Pixels, value => value + 1), after.ReadSlice(i).Pixels);
        }
    }
}
