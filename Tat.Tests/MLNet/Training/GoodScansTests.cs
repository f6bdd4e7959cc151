using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Scoring;
using Tat.Torch.Degradation;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

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
        CollectionAssert.AreEqual(
            new[] { ("CT", 1), ("MRI", 2) }, scans.Validation.Select(images => (images.Task.Name, images.Count)).ToArray());
        var ct = scans.Training[0];
        CollectionAssert.AreEqual(
            new[] { "CT/p1/a.nii", "CT/p1/a.nii", "CT/p1/crops 5 × 4" }, Enumerable.Range(0, 3).Select(ct.VolumeOf).ToArray());
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
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            GoodScans.Open(folder.Path, new() { HoldOut = ["p3"] })).Message, "no folder p3", StringComparison.Ordinal);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => GoodScans.Open(folder["CT"]));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => GoodScans.Open(folder["none"]));
    }

    [TestMethod]
    public void The_trainer_makes_pairs_of_them_with_phantoms_and_validates_on_the_patients_held_out()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        File.WriteAllText(folder["CT/p1/broken.nii"], "no image");
        var ml = new MLContext(seed: 3);
        var (messages, reports) = (new List<string>(), new List<TrainingProgress>());
        ml.Log += (_, log) => messages.Add(log.RawMessage);
        using var scans = GoodScans.Open(
            folder.Path, new() { HoldOut = ["CT/p2"], Phantoms = new Dictionary<string, double> { ["mri"] = 0.5 } });
        using var model = ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options
        {
            Network = TinyModel.Network,
            Training = TatTrainerOptions.Cpu with { Iterations = 2, PatchSize = 8, ValidationInterval = 2, ValidationImagesPerTask = 4 },
            MetricsCallback = reports.Add,
        }).Fit(scans);

        CollectionAssert.AreEqual(
            new[] { ("CT", 3), ("MRI", 2), ("MRI", 2) }, scans.TrainingPairs.Select(pairs => (pairs.Task.Name, pairs.Count)).ToArray());
        CollectionAssert.AreEqual(new[] { RestorationTask.Ct, RestorationTask.MriByVolume }, model.Tasks.ToArray());
        CollectionAssert.AreEqual(
            new[] { ("CT", 32), ("MRI", 16) }, scans.ValidationPairs.Select(pairs => (pairs.Task.Name, pairs.Count)).ToArray());
        Assert.IsTrue(reports[^1].Validation!.Volumes.All(volume =>
            volume.Volume.StartsWith(volume.Task == "CT" ? "CT/p2 6 × 8" : "phantom", StringComparison.Ordinal)));
        Assert.IsTrue(messages.Any(message =>
            message.Contains("Left out:", StringComparison.Ordinal) && message.Contains("broken.nii", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Few_slices_are_validated_on_again_with_other_noise_and_another_dose()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        using var scans = GoodScans.Open(folder.Path, new() { HoldOut = ["CT/p1"] });
        var pairs = scans.ValidationPairs.Single();
        Assert.AreEqual(33, pairs.Count);
        var (first, again) = (pairs.Read(0), pairs.Read(3));
        CollectionAssert.AreEqual(first.HighQuality.Pixels, again.HighQuality.Pixels);
        CollectionAssert.AreNotEqual(first.LowQuality.Pixels, again.LowQuality.Pixels);
        CollectionAssert.AreEqual(new[] { "CT/p1/a.nii, dose 0.25", "CT/p1/a.nii, dose 0.1" },
            new[] { 0, 3 }.Select(pairs.VolumeOf).ToArray());
    }

    [TestMethod]
    public void A_task_that_nothing_degrades_and_a_share_that_is_none_are_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        using var scans = GoodScans.Open(folder.Path, new() { Degradations = [new CtDoseRange()] });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => scans.TrainingPairs).Message,
            "how images of MRI are degraded");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => GoodScans.Open(
            folder.Path, new() { Phantoms = new Dictionary<string, double> { ["CT"] = 1.5 } })).Message, "CT=1.5: use a share from 0 to 1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => GoodScans.Open(
            folder.Path, new() { Phantoms = new Dictionary<string, double> { ["XA"] = 0.5 } })).Message, "use one of PET, CT, MRI");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => GoodScans.Open(
            folder.Path, new() { Lesions = new Dictionary<string, double> { ["CT"] = -1 } })).Message, "Lesions is CT=-1: use a share");
    }

    [TestMethod]
    public void Lesions_are_put_into_images_for_training_and_not_into_those_for_validation()
    {
        using var folder = new TemporaryFolder();
        Write(folder);
        using var scans = GoodScans.Open(
            folder.Path, new() { HoldOut = ["CT/p2"], Lesions = new Dictionary<string, double> { ["ct"] = 0.5 } });
        CollectionAssert.AreEqual(new[] { true, false },
            scans.TrainingPairs.Select(pairs => $"{pairs}".Contains("50 % of them with lesions", StringComparison.Ordinal)).ToArray());
        Assert.DoesNotContain("lesions", $"{scans.ValidationPairs.Single()}");
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
