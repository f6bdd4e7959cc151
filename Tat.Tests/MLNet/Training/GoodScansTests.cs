using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Torch.Tasks;

namespace Tat.Tests.Training;

[TestClass]
public sealed class GoodScansTests
{
    [TestMethod]
    public void Volumes_and_single_slices_are_read_and_patients_are_held_out_by_name_or_path()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        using var scans = GoodScans.Open(folder.Path, new() { HoldOut = ["P2", "MRI/p1"] });

        CollectionAssert.AreEqual(new[] { ("CT", 3) }, scans.Training.Select(images => (images.Task.Name, images.Count)).ToArray());
        CollectionAssert.AreEqual(new[] { ("CT", 1), ("MRI", 2) }, scans.Validation.Select(images => (images.Task.Name, images.Count)).ToArray());
        var ct = scans.Training[0];
        CollectionAssert.AreEqual(new[] { "CT/p1/a.nii", "CT/p1/a.nii", "CT/p1/crops 5 × 4" }, Enumerable.Range(0, 3).Select(ct.VolumeOf).ToArray());
        Assert.AreEqual((1.0, 47f), (ct.Read(0, 0).PixelSpacing, ct.Read(0, 0).Image.Pixels[47]));
        Assert.AreSame(ct.Read(0, 0).Image.Pixels, ct.Read(0, 1).Image.Pixels);
        Assert.AreEqual(IntensityScaling.Volume, scans.Validation[1].Task.Scaling);
        Assert.AreEqual(scans.Validation[1].Read(0, 0).Image.VolumeLevel, scans.Validation[1].Read(1, 0).Image.VolumeLevel);
    }

    [TestMethod]
    public void What_cannot_be_read_is_left_out_and_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        File.WriteAllText(folder["CT/p1/broken.nii"], "no image");
        using var scans = GoodScans.Open(folder.Path);
        Assert.AreEqual(4, scans.Training[0].Count);
        Assert.HasCount(1, scans.LeftOut);
        StringAssert.Contains(scans.LeftOut[0], "broken.nii", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Beyond_the_memory_that_they_may_have_slices_wait_in_a_file()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        using var scans = GoodScans.Open(folder.Path, new() { MemoryMegabytes = 0 });
        Assert.AreEqual(1047f, scans.Training[0].Read(1, 0).Image.Pixels[47]);
    }

    [TestMethod]
    public void A_patient_that_is_not_there_and_a_folder_without_scans_are_errors()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => GoodScans.Open(folder.Path, new() { HoldOut = ["p3"] })).Message, "no folder p3", StringComparison.Ordinal);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => GoodScans.Open(folder["CT"]));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => GoodScans.Open(folder["none"]));
    }

    [TestMethod]
    public void Series_with_gantry_tilt_are_read_slice_by_slice()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["CT"]);
        Directory.CreateSymbolicLink(folder["CT/head"], TestData.Path("data/train/CT/GE-head"));
        using var scans = GoodScans.Open(folder.Path);
        Assert.AreEqual(14, scans.Training.Single().Count);
        Assert.IsEmpty(scans.LeftOut);
    }

    private static void Write(TemporaryFolder folder)
    {
        SampleImages.Write(folder["CT/p1/a.nii"], slices: 2);
        SampleImages.Write(folder["CT/p1/crops/b.nii"], 20, 5, 4);
        SampleImages.Write(folder["CT/p2/a.nii"]);
        SampleImages.Write(folder["MRI/p1/a.nii"], 100, slices: 2);
        File.WriteAllText(folder["CT/p1/readme.txt"], "about the patient");
    }
}
