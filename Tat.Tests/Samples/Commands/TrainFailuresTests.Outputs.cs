using Tat.Tests.Formats;
using Tat.Tests.Loading;

namespace Tat.Tests.Samples;

public sealed partial class TrainFailuresTests
{
    [TestMethod]
    [DataRow("m.pth", "name it .zip for ML.NET, or .safetensors")]
    [DataRow("m.onnx", "name it .zip for ML.NET, or .safetensors")]
    [DataRow("file/m.zip", "cannot be written")]
    [DataRow("folder.zip", "it is a folder")]
    public async Task An_output_that_cannot_be_written_is_found_before_data_is_read(string output, string cause)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "in the way");
        Directory.CreateDirectory(folder["folder.zip"]);
        var run = await Cli.RunAsync("train", "--data", folder["absent"], "--overwrite", "--out", folder[output]);
        run.AssertFailed(1, cause);
        Assert.AreEqual("", run.Output);
    }

    [TestMethod]
    public async Task What_lies_beside_a_model_is_tried_before_data_is_read()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["m.training.json"]);
        (await Cli.RunAsync("train", "--data", folder["absent"], "--out", folder["m.zip"])).AssertFailed(
            1, "m.training.json' cannot be written: it is a folder.");
        File.WriteAllText(folder["file"], "in the way");
        (await Cli.RunAsync("train", "--data", folder["absent"], "--name", "Model", "--out", folder["file/n"])).AssertFailed(
            1, "cannot be written");
        (await Cli.RunAsync("evidence", folder["absent"], "--out", folder["file/e"])).AssertFailed(1, "cannot be written");
    }

    [TestMethod]
    [DataRow("restore", "--task", "CT", "--model", "absent.zip")]
    [DataRow("simulate", "--task", "CT", "--spacing", "1")]
    [DataRow("write-back", "--like", "absent")]
    public async Task Folders_of_results_are_tried_before_the_work(params string[] command)
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["a.nii"], 1, 16, 16);
        File.WriteAllText(folder["file"], "in the way");
        var run = await Cli.RunAsync([.. command, folder["a.nii"], "--out", folder["file/out"]]);
        run.AssertFailed(1, $"'{folder["file"]}");
        run.AssertFailed(1, "cannot be written");
        Assert.AreEqual("", run.Output);
        CollectionAssert.AreEquivalent(new[] { "a.nii", "file" }, folder.Files);
    }

    [TestMethod]
    public async Task A_folder_for_the_results_of_a_service_is_tried_before_anything_is_sent()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "in the way");
        (await Cli.RunAsync("submit", folder.Path, "--server", "http://127.0.0.1:1", "--out", folder["file/out"])).AssertFailed(
            1, $"'{folder["file/out"]}' cannot be written");
    }

    [TestMethod]
    public async Task The_table_of_an_ablation_is_tried_before_training()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "in the way");
        var run = await Cli.RunAsync("ablate", "--iterations", "1", "--size", "16", "--pairs", "1", "--out", folder["file/a.csv"]);
        run.AssertFailed(1, "cannot be written");
        Assert.AreEqual("", run.Output);
    }
}
