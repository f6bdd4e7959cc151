using System.Text.Json;
using Microsoft.ML;
using Tat.MLNet.Formats.Nifti;
using Tat.Samples.Shared.Training;
using Tat.Tests.Formats;
using Tat.Tests.Onnx;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Samples;

/// <summary><c>report</c> of models in every form, and of tasks of the user's own.</summary>
[TestClass]
public sealed class ReportCommandTests
{
    [TestMethod]
    public async Task Takes_every_model_that_evaluate_takes_and_names_slices()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "CT", "train", "test");
        (await Cli.RunAsync("train", "--data", folder.Path, "--patch", "8", "--iterations", "1", "--checkpoints", folder["on"], "--out",
            folder["m.zip"])).AssertDone();
        foreach (var other in new[] { "m.onnx", "m.safetensors" })
        {
            (await Cli.RunAsync("export", "--model", folder["m.zip"], "--out", folder[other])).AssertDone();
        }

        foreach (var model in new[] { "m.zip", "m.onnx", "m.safetensors", "on", "pretrained" })
        {
            var path = model == "pretrained" ? model : folder[model];
            (await Cli.RunAsync("evaluate", "--data", folder.Path, "--model", path, "--json")).AssertDone();
            var run = await Cli.RunAsync("report", "--data", folder.Path, "--model", path, "--out", folder["r.html"], "--overwrite");
            run.AssertDone();
            var page = File.ReadAllText(folder["r.html"]);
            Assert.Contains("a.nii, slice 1", page, model);
            Assert.Contains("a.nii, slice 3", page, model);
        }
    }

    [TestMethod]
    public async Task A_task_of_ones_own_is_trained_measured_reported_and_restored()
    {
        using var folder = new TemporaryFolder();
        WritePairs(folder, "Ultrasound", "train", "validation", "test");
        File.WriteAllText(folder["tasks.json"], """
            [ { "name": "Ultrasound", "quantity": "echo", "unit": "dB", "normalizationRange": [-60, 0] } ]
            """);
        (await Cli.RunAsync("train", "--data", folder.Path, "--tasks-file", folder["tasks.json"], "--patch", "8", "--iterations", "1",
            "--out", folder["m.zip"])).AssertDone();
        Assert.AreEqual("dB", TrainingPlan.Read(folder["m.training.json"]).TaskDefinitions.Single().Unit);
        var inspected = await Cli.RunAsync("inspect", folder["m.zip"], "--json");
        var task = JsonDocument.Parse(inspected.Output).RootElement[0].GetProperty("tasks")[0];
        Assert.AreEqual("Ultrasound", task.GetProperty("name").GetString());

        // What inspect shows is what a file of tasks says.
        File.WriteAllText(folder["again.json"], $"[{task.GetRawText()}]");
        (await Cli.RunAsync("train", "--options", folder["m.training.json"], "--tasks-file", folder["again.json"], "--out",
            folder["again.zip"])).AssertDone();
        var evaluated = await Cli.RunAsync("evaluate", "--data", folder.Path, "--model", folder["again.zip"], "--json");
        evaluated.AssertDone();
        Assert.AreEqual("Ultrasound", JsonDocument.Parse(evaluated.Output).RootElement[0].GetProperty("task").GetString());
        (await Cli.RunAsync("report", "--data", folder.Path, "--model", folder["m.zip"], "--out", folder["r.html"])).AssertDone();
        (await Cli.RunAsync("restore", folder["Ultrasound/test/LQ/a.nii"], "--task", "Ultrasound", "--model", folder["m.zip"], "--out",
            folder["r.nii"])).AssertDone();
    }

    [TestMethod]
    [DataRow("[ {\n \"name\": \"US\", \"unit\": \"dB\" } ]", "two numbers")]
    [DataRow("[ {\n \"name\": \"U/S\", \"normalizationRange\": [0, 1] } ]", "line 2")]
    [DataRow("[ {\n \"nam\": \"US\" } ]", "line 2")]
    [DataRow("[ ]", "at least one task")]
    public async Task What_is_wrong_with_a_file_of_tasks_is_told(string text, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tasks.json"], text);
        var run = await Cli.RunAsync("train", "--data", folder.Path, "--tasks-file", folder["tasks.json"], "--out", folder["m.zip"]);
        run.AssertFailed(1, "tasks.json");
        run.AssertFailed(1, problem);
    }

    [TestMethod]
    [DataRow(null, false, true)]
    [DataRow("given", false, false)]
    [DataRow("given", true, true)]
    public void A_model_of_a_training_that_has_not_ended_is_no_result(string? checkpoints, bool wasCancelled, bool isHalfDone)
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext();
        using (var model = new TatModel(ExportedModels.CreateNetwork(), TaskVocabulary.Paper, new() { WasCancelled = wasCancelled }))
        {
            ml.Model.Save(ml.ImageRestoration.CreateTransformer(model), null, folder["m.zip"]);
        }

        using var there = new TrainingCheckpoints(checkpoints is null ? null : folder[checkpoints], folder["m.zip"]);
        Assert.IsFalse(there.AreOfHalfDone);
        Directory.CreateDirectory(there.Folder);
        File.WriteAllText(Path.Combine(there.Folder, "checkpoint-1.safetensors"), "");
        Assert.AreEqual(isHalfDone, there.AreOfHalfDone);
    }

    private static void WritePairs(TemporaryFolder folder, string task, params string[] splits)
    {
        foreach (var split in splits)
        {
            foreach (var (kind, value) in new[] { ("LQ", -20), ("HQ", -30) })
            {
                Directory.CreateDirectory(folder[$"{task}/{split}/{kind}"]);
                new NiftiFormat().Write(folder[$"{task}/{split}/{kind}/a.nii"], [.. Enumerable.Range(0, 3).Select(slice =>
                    new ImageSlice([.. Enumerable.Range(0, 256).Select(i => value - slice - (i % 7f))], 16, 16))]);
            }
        }
    }
}
