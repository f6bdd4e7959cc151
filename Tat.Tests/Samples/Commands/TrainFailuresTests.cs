using Microsoft.ML;
using Tat.Samples.Shared.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Onnx;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Training;

namespace Tat.Tests.Samples;

/// <summary>What <c>train</c> does where something is wrong: says it before the work, and keeps the work that is done.</summary>
[TestClass]
public sealed partial class TrainFailuresTests
{
    [TestMethod]
    public async Task A_failure_in_the_middle_leaves_the_best_model_and_the_same_command_goes_on()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 8);
        SampleImages.Write(folder["CT/train/HQ/5.nii"], float.NaN, 16, 16);
        string[] command = ["train", "--data", folder.Path, "--patch", "8", "--iterations", "16", "--out", folder["m.zip"]];
        var failed = await Cli.RunAsync(command);
        failed.AssertFailed(1, "5.nii");
        StringAssert.Contains(failed.Output, $"The best model before the failure is in {folder["m.zip"]}. The same command goes on from "
            + $"{folder["m.checkpoints"]}. Where images were repaired, add --allow-changed-options.", StringComparison.Ordinal);
        (await Cli.RunAsync("inspect", folder["m.zip"])).AssertDone();
        Assert.IsTrue(File.Exists(folder["m.training.json"]));

        var resumed = await Cli.RunAsync([.. command, "--skip-unreadable"]);
        resumed.AssertDone();
        StringAssert.Contains(resumed.Output, "Resumed. Iteration ", StringComparison.Ordinal);
        StringAssert.Contains(resumed.Output, "Skipped an image that cannot be read: CT pair ", StringComparison.Ordinal);
        Assert.IsFalse(Directory.Exists(folder["m.checkpoints"]), "the training is complete");
        (await Cli.RunAsync(command)).AssertFailed(1, "--overwrite");
    }

    [TestMethod]
    public async Task After_a_repair_the_same_command_goes_on_where_the_change_is_allowed()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 8);
        SampleImages.Write(folder["CT/train/HQ/5.nii"], float.NaN, 16, 16);
        string[] command = ["train", "--data", folder.Path, "--patch", "8", "--iterations", "16", "--overwrite", "--out", folder["m.zip"]];
        (await Cli.RunAsync(command)).AssertFailed(1, "5.nii");

        SampleImages.Write(folder["CT/train/HQ/5.nii"], -35, 16, 16);
        var refused = await Cli.RunAsync(command);
        refused.AssertFailed(1, "content of the training pairs of CT is another");
        refused.AssertFailed(1, "as after an image was repaired, set AllowChangedOptions (train --allow-changed-options).");
        var resumed = await Cli.RunAsync([.. command, "--allow-changed-options"]);
        resumed.AssertDone();
        StringAssert.Contains(resumed.Output, "Going on with changed options: content of the training pairs of CT",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task The_options_beside_an_old_model_stay_until_there_is_a_new_one()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 1);
        string[] command = ["train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--overwrite", "--out", folder["m.zip"]];
        (await Cli.RunAsync([.. command, "--rate", "0.001"])).AssertDone();
        var options = File.ReadAllText(folder["m.training.json"]);

        SampleImages.Write(folder["CT/train/HQ/0.nii"], float.NaN, 16, 16);
        (await Cli.RunAsync([.. command, "--rate", "0.002"])).AssertFailed(1, "0.nii");
        Assert.AreEqual(options, File.ReadAllText(folder["m.training.json"]));
    }

    [TestMethod]
    public async Task A_failure_before_the_first_iteration_stands_in_the_way_of_nothing()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 1);
        SampleImages.Write(folder["CT/train/HQ/0.nii"], float.NaN, 16, 16);
        string[] command =
        [
            "train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--out", folder["m.zip"], "--logs", folder["logs"],
        ];
        (await Cli.RunAsync(command)).AssertFailed(1, "0.nii");
        Assert.IsFalse(Directory.Exists(folder["m.checkpoints"]));
        Assert.IsEmpty(Directory.GetFiles(folder["logs"]));

        SampleImages.Write(folder["CT/train/HQ/0.nii"], -30, 16, 16);
        (await Cli.RunAsync(command)).AssertDone();
    }

    [TestMethod]
    public void A_model_that_cannot_be_written_at_the_end_is_kept_among_the_temporary_files()
    {
        using var folder = new TemporaryFolder();
        using var checkpoints = new TrainingCheckpoints(null, folder["m.safetensors"]);
        var ml = new MLContext();
        using var model = ml.ImageRestoration.CreateTransformer(ExportedModels.CreateModel());
        var told = checkpoints.KeepElsewhere(ml, model);
        StringAssert.StartsWith(told, $"{folder["m.safetensors"]} cannot be written; the model is kept in ", StringComparison.Ordinal);
        using var kept = TatModel.Load(told.Split(" is kept in ")[1].TrimEnd('.'));
        Assert.AreEqual(model.Model.Network.Options, kept.Network.Options);
    }

    [TestMethod]
    public async Task A_pipeline_that_is_damaged_is_named()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 1);
        (await Cli.RunAsync("train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--out", folder["m.zip"])).AssertDone();
        var bytes = File.ReadAllBytes(folder["m.zip"]);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(folder["flipped.zip"], bytes);
        var restored = await Cli.RunAsync(
            "restore", folder["CT/train/LQ/0.nii"], "--task", "CT", "--model", folder["flipped.zip"], "--out", folder["r.nii"]);
        restored.AssertFailed(1, $"'{folder["flipped.zip"]}' is not a model of ML.NET, or damaged: the checksum of its part");
    }

    [TestMethod]
    public async Task Folders_may_be_written_in_any_case_and_what_is_not_used_is_said()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "ct/Train", 2);
        WritePairs(folder, "ct/val", 2);
        string[] command = ["train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--overwrite", "--out", folder["m.zip"]];
        var without = await Cli.RunAsync(command);
        without.AssertDone();
        StringAssert.Contains(without.Output,
            $"'{folder["ct/val"]}' is not used: the folders of a task must be called train, validation, test.", StringComparison.Ordinal);
        StringAssert.Contains(without.Output, "There are no validation images", StringComparison.Ordinal);

        Directory.Move(folder["ct/val"], folder["ct/Validation"]);
        var with = await Cli.RunAsync(command);
        with.AssertDone();
        Assert.IsFalse(with.Output.Contains("no validation images", StringComparison.Ordinal), with.Output);

        (await Cli.RunAsync("train", "--data", folder.Path, "--hold-out", "p1", "--out", folder["m.zip"])).AssertFailed(
            2, "--hold-out has no effect together with --data");
        (await Cli.RunAsync("train", "--from", folder.Path, "--mri-by-volume", "--out", folder["m.zip"])).AssertFailed(
            2, "--mri-by-volume has no effect together with --from");
        (await Cli.RunAsync("simulate", "--phantoms", "1", "--task", "CT", "--series", "1.2", "--out", folder["s"])).AssertFailed(
            2, "--series has no effect together with --phantoms");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Folders_that_differ_by_case_alone_and_two_images_of_one_name_are_errors_that_name_both()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT/train", 2);
        WritePairs(folder, "CT/test", 2);
        SampleImages.Write(folder["CT/train/hq/0.nii"], 1, 16, 16);
        string[] train = ["train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--out", folder["m.zip"]];
        (await Cli.RunAsync(train)).AssertFailed(1, "'CT/train/HQ' and 'CT/train/hq'");

        Directory.Delete(folder["CT/train/hq"], recursive: true);
        WritePairs(folder, "ct/train", 2);
        (await Cli.RunAsync(train)).AssertFailed(1, "differ only in upper and lower case");

        Directory.Delete(folder["ct"], recursive: true);
        WritePairs(folder, "ct/validation", 1);
        (await Cli.RunAsync(train)).AssertFailed(1, "differ only in upper and lower case");
        Assert.ThrowsExactly<InvalidDataException>(() => new MLContext().ImageRestoration.LoadPairs(folder.Path, "train").Preview(1));
        Directory.Delete(folder["ct"], recursive: true);
        Directory.CreateDirectory(folder["CT/Train"]);
        (await Cli.RunAsync(train)).AssertFailed(1, "differ only in upper and lower case");
        Directory.Delete(folder["CT/Train"]);

        SampleImages.Write(folder["CT/test/LQ/0.nii.gz"], 1, 16, 16);
        var doubled = await Cli.RunAsync("evaluate", "--data", folder.Path, "--no-model");
        doubled.AssertFailed(1, $"'{folder["CT/test/LQ/0.nii"]}' and '{folder["CT/test/LQ/0.nii.gz"]}' are images of one name");
    }

    [TestMethod]
    public void The_monitor_keeps_no_image_of_a_validation()
    {
        var monitor = new TrainingMonitor();
        var display = new Torch.Runtime.DirectProgress<(double, string)>(_ => { });
        monitor.Report(Report(new([new("CT", "a", Image(), Image(), Image())])), display);
        var history = typeof(TrainingMonitor).GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
            .Select(field => field.GetValue(monitor)).OfType<IEnumerable<TrainingProgress>>().Single().Single();
        Assert.AreEqual((0, 30.0), (history.Validation!.Samples.Count, history.Validation.MeanPsnr));
        Assert.HasCount(1, monitor.Charts());

        static ImageSlice Image() => new(new float[4], 2, 2);
        static TrainingProgress Report(List<ValidationSample> samples) => new()
        {
            Iteration = 1,
            Iterations = 2,
            Fraction = 0.5,
            Loss = 1,
            Tasks = new Dictionary<string, TaskProgress>(),
            LearningRate = 1,
            GradientNorm = 1,
            Elapsed = default,
            Remaining = default,
            Times = new() { Data = default, Forward = default, Loss = default, Backward = default, Optimizer = default },
            Validation = new(1, new Dictionary<string, Torch.Model.TaskScore> { ["CT"] = new(30, 0.9, 1, 1) }, 30, 1, true)
            {
                Samples = samples,
            },
        };
    }

    private static void WritePairs(TemporaryFolder folder, string split, int count)
    {
        for (var i = 0; i < count; i++)
        {
            SampleImages.Write(folder[$"{split}/LQ/{i}.nii"], -20 - i, 16, 16);
            SampleImages.Write(folder[$"{split}/HQ/{i}.nii"], -30 - i, 16, 16);
        }
    }
}
