using System.Security.Cryptography;
using Tat.MLNet.Formats;
using Tat.Samples.Shared.Training;
using Tat.Tests.Formats;

namespace Tat.Tests.Samples;

/// <summary><c>train --from</c> and options files.</summary>
[TestClass]
public sealed class TrainCommandTests
{
    [TestMethod]
    public async Task Good_scans_become_a_model_and_the_options_beside_it_make_it_again()
    {
        using var folder = new TemporaryFolder();
        foreach (var patient in new[] { "p1", "p2" })
        {
            SimulateCommandTests.WriteDisc(folder[$"good/MRI/{patient}/a.nii"], 400);
            SimulateCommandTests.WriteDisc(folder[$"good/CT/{patient}/a.nii"], 40);
        }

        var run = await Cli.RunAsync(
            "train", "--from", folder["good"], "--hold-out", "p2", "--phantoms", "PET=1", "--tasks", "PET", "CT", "MRI", "--iterations",
            "2", "--patch", "16", "--flips", "--start-as-identity",
            "--warm-up", "1", "--clip", "1", "--ema", "0.9", "--shares", "MRI=2", "--logs", folder["logs"], "--out", folder["m/tat.zip"]);
        run.AssertDone();
        StringAssert.Contains(run.Output, "2 images of CT, 2 images of MRI", StringComparison.Ordinal);
        var volumes = File.ReadAllLines(folder["logs/validation.csv"]);
        Assert.IsTrue(volumes.Any(line => line.StartsWith("2,MRI,\"MRI/p2/a.nii, factor 4\",", StringComparison.Ordinal)));
        Assert.IsTrue(volumes.Any(line => line.Contains("phantom", StringComparison.Ordinal)));

        var plan = TrainingPlan.Read(folder["m/tat.training.json"]);
        Assert.AreEqual((16, 0.9, 1L, true, 2.0), (plan.Network.TrainSize, plan.Training.EmaDecay, plan.Training.WarmUpIterations,
            plan.Training.FlipsAndQuarterTurns, plan.Training.TaskWeights["MRI"]));
        (await Cli.RunAsync("train", "--options", folder["m/tat.training.json"], "--logs", folder["again"], "--out",
            folder["again.zip"])).AssertDone();
        CollectionAssert.AreEqual(Columns(folder["logs/training.csv"]), Columns(folder["again/training.csv"]));

        (await Cli.RunAsync("train", "--from", folder["good"], "--initial", folder["again.zip"], "--iterations", "1", "--patch", "16",
            "--checkpoints", folder["on"], "--out", folder["on.zip"])).AssertDone();
        (await Cli.RunAsync("export", "--checkpoint", folder["on"], "--out", folder["on.safetensors"])).AssertDone();
        (await Cli.RunAsync("simulate", folder["good/CT/p1/a.nii"], "--task", "CT", "--out", folder["set"])).AssertDone();
        var fromCheckpoint = await Cli.RunAsync("evaluate", "--data", folder["set"], "--checkpoint", folder["on"], "--json");
        Assert.AreEqual((await Cli.RunAsync("evaluate", "--data", folder["set"], "--model", folder["on.zip"], "--json")).Output,
            fromCheckpoint.Output);
        (await Cli.RunAsync("restore", folder["good/CT/p1/a.nii"], "--task", "CT", "--checkpoint", folder["on"], "--out",
            folder["checkpoint.nii"])).AssertDone();
        (await Cli.RunAsync("restore", folder["good/CT/p1/a.nii"], "--task", "CT", "--checkpoint", folder["on"], "--bids", "--out",
            folder["bids"])).AssertDone();
        var sidecar = Directory.GetFiles(folder["bids"], "*restored*.json", SearchOption.AllDirectories).Single();
        StringAssert.Contains(File.ReadAllText(sidecar), "\"ModelHash\": \"sha256:"
            + $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["on.safetensors"])))}\"", StringComparison.Ordinal);
        (await Cli.RunAsync("restore", folder["good/CT/p1/a.nii"], "--task", "CT", "--model", folder["on.zip"], "--out",
            folder["model.nii"])).AssertDone();
        using var fromModel = ImageFormats.Open(folder["model.nii"]);
        using var restoredFromCheckpoint = ImageFormats.Open(folder["checkpoint.nii"]);
        CollectionAssert.AreEqual(fromModel.ReadSlice(0).Pixels, restoredFromCheckpoint.ReadSlice(0).Pixels);
        (await Cli.RunAsync("train", "--from", folder["good"], "--hold-out", "p9", "--out", folder["x.zip"])).AssertFailed(1, "p9");
        var early = await Cli.RunAsync("train", "--from", folder["good"], "--rate", "-1", "--out", folder["x.zip"]);
        early.AssertFailed(1, "LearningRate is -1");
        Assert.AreEqual("", early.Output, "before scans are read");
    }

    [TestMethod]
    [DataRow("{ \"training\": {\n \"learningRat\": 1 } }", "line 2", "learningRat")]
    [DataRow("{ \"training\": {\n \"learningRate\": \"fast\" } }", "line 2", "$.training.learningRate")]
    [DataRow("{ \"training\": {\n\n \"learningRate\": -1 } }", "line 3", "LearningRate is -1")]
    [DataRow("{ \"ct\": {\n\n \"doseFraction\": { \"minimum\": 0.2,\n \"maximum\": 7 } } }", "line 3", "DoseFraction is [0.2, 7]")]
    [DataRow("{ \"network\": { \"width\": 15 } }", "line 1", "Width is 15")]
    [DataRow("{ \"network\": ", "line 1", "$.network")]
    public async Task Errors_of_an_options_file_name_the_line_and_the_property(string text, string line, string property)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["training.json"], text);
        var run = await Cli.RunAsync("train", "--options", folder["training.json"], "--from", folder.Path, "--out", folder["x.zip"]);
        run.AssertFailed(1, line);
        run.AssertFailed(1, property);
    }

    [TestMethod]
    public void An_options_file_names_only_what_differs_from_the_defaults()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["training.json"], """
            {
              // comments are welcome
              "training": { "learningRate": 5e-4, "maximumDuration": "10:00:00" },
              "mri": { "level": { "minimum": 0.9, "maximum": 1.1 } },
            }
            """);
        var plan = TrainingPlan.Read(folder["training.json"]);
        Assert.AreEqual((5e-4, 64, 600L, TimeSpan.FromHours(10)),
            (plan.Training.LearningRate, plan.Training.PatchSize, plan.Training.Iterations, plan.Training.MaximumDuration));
        Assert.AreEqual((0.9, 16), (plan.Mri.Level.Minimum, plan.Network.Width));
        Assert.AreEqual(1e-3, Torch.Training.TatTrainerOptions.Cpu.LearningRate);
    }

    /// <summary>All of a training's table but the times.</summary>
    private static string[] Columns(string table) =>
        [.. File.ReadLines(table).Select(line => string.Join(',', line.Split(',').Where((_, column) => column != 1)))];
}
