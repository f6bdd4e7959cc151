using Tat.Samples.Scripting;
using Tat.Samples.Shared;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples.Scripting;

[TestClass]
public sealed class ScriptedTrainingTests
{
    /// <summary>Phantoms of 32 × 32 as a folder of pairs.</summary>
    public static void WritePairs(string folder, params (string Split, int Count)[] splits) =>
        PhantomDataSet.Write(folder,
            [.. new[] { RestorationTask.Ct, RestorationTask.Mri }.Select(task =>
                new PhantomPairs(task, splits.Sum(split => split.Count), 32, 1))], splits, new Progress<(double, string)>(), default);

    [TestMethod]
    public async Task Options_are_chosen_by_trial_and_the_file_says_how_each_did()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder["data"], ("train", 4), ("validation", 2));
        var run = await Cli.RunAsync("train", "--data", folder["data"], "--name", "LungCT", "--minutes", "0.1", "--seed", "5", "--device",
            "cpu", "--out", folder["out"]);
        run.AssertDone();
        CollectionAssert.AreEqual(
            new[] { "LungCT.consumption.cs", "LungCT.evaluate.cs", "LungCT.mbconfig", "LungCT.mlnet", "LungCT.training.cs" },
            Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray());

        var written = TrainingConfiguration.Read(folder["out/LungCT.mbconfig"]);
        var trials = written.RunHistory!.Trials;
        Assert.HasCount(5, trials);
        Assert.IsTrue(trials.Take(4).All(trial => trial.Score is not null && trial.Psnr.Count == 2));
        Assert.AreEqual(trials.Skip(1).Take(3).MaxBy(trial => trial.Score)!.TrainerName, trials[^1].TrainerName);
        foreach (var trial in trials.Take(4))
        {
            StringAssert.Contains(run.Output, $"{trial.TrainerName}: gain ", StringComparison.Ordinal);
        }

        Assert.AreEqual((5UL, 32, null, "../data"), (written.TrainingOption.Training.Seed, written.TrainingOption.Training.PatchSize,
            written.TrainingOption.Training.MaximumDuration, written.DataSource.FolderPath));
        Assert.AreSequenceEqual([new TaskData("CT", 4, 2, 0, 32, 32, written.DataSource.Tasks[0].PixelSpacing), new TaskData(
            "MRI", 4, 2, 0, 32, 32, written.DataSource.Tasks[1].PixelSpacing)], written.DataSource.Tasks);
        (await Cli.RunAsync("train", "--training-config", folder["out/LungCT.mbconfig"])).AssertFailed(1, "LungCT.mlnet' exists");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_failure_keeps_checkpoints_from_which_the_same_configuration_goes_on(bool byName)
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder["data"], ("train", 8));
        SampleImages.Write(folder["data/CT/train/LQ/x.nii"], 0, 32, 32);
        SampleImages.Write(folder["data/CT/train/HQ/x.nii"], float.NaN, 32, 32);
        void Configure(string more) => File.WriteAllText(folder["LungCT.mbconfig"],
            $$"""
            {
              "DataSource": { "FolderPath": "data" },
              "TrainingOption": {
                "Network": { "Width": 8, "Blocks": [1, 1, 1, 1], "RepresentationFeatures": 4, "TrainSize": 16 },
                "Training": { "Iterations": 24, "PatchSize": 16, "Seed": 2{{more}} }
              }
            }
            """);
        Configure("");
        var failed = await Cli.RunAsync("train", "--training-config", folder["LungCT.mbconfig"]);
        failed.AssertFailed(1, "x.nii");
        StringAssert.Contains(failed.Output, $"What was learnt before the failure is in {folder["LungCT.checkpoints"]}",
            StringComparison.Ordinal);
        string[] named = ["train", "--data", folder["data"], "--name", "LungCT", "--out", folder.Path, "--overwrite"];
        File.Move(folder["LungCT.mbconfig"], folder["away"]);
        (await Cli.RunAsync(named)).AssertFailed(1, "export it (export --checkpoint), then remove the folder");

        Configure(", \"SkipUnreadableImages\": true");
        var resumed = await Cli.RunAsync(byName ? named : ["train", "--training-config", folder["LungCT.mbconfig"]]);
        resumed.AssertDone();
        StringAssert.Contains(resumed.Output, "Resumed. Iteration ", StringComparison.Ordinal);
        Assert.IsFalse(Directory.Exists(folder["LungCT.checkpoints"]));
    }

    [TestMethod]
    public async Task Data_by_which_nothing_can_be_chosen_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder["data"], ("train", 2));
        (await Cli.RunAsync("train", "--data", folder["data"], "--name", "LungCT", "--out", folder["out"])).AssertFailed(
            1, "move the scans of some patients from CT/train to CT/validation");
        Directory.Move(folder["data/CT"], folder["data/Bone"]);
        (await Cli.RunAsync("train", "--data", folder["data"], "--name", "LungCT", "--out", folder["out"])).AssertFailed(
            1, "a folder 'Bone', which is not a task");
        Assert.IsFalse(Directory.Exists(folder["out"]));
    }
}
