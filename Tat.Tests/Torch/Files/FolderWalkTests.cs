using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Samples;
using Tat.Torch.Files;

namespace Tat.Tests.Files;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class FolderWalkTests
{
    [TestMethod]
    public void Links_that_lead_back_up_are_not_followed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a/b"]);
        File.WriteAllText(folder["a/b/x.txt"], "x");
        Directory.CreateSymbolicLink(folder["a/b/up"], "../..");
        Directory.CreateSymbolicLink(folder["a/b/here"], ".");
        Directory.CreateSymbolicLink(folder["a/absolute"], folder.Path);
        CollectionAssert.AreEqual(new[] { folder["a/b/x.txt"] }, new FolderWalk(folder.Path).Files.ToArray());
    }

    [TestMethod]
    public void A_folder_that_two_splits_share_belongs_to_both()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["common"]);
        File.WriteAllText(folder["common/x.txt"], "x");
        Directory.CreateSymbolicLink(folder["test"], "common");
        Directory.CreateSymbolicLink(folder["validation"], "common");
        CollectionAssert.AreEqual(new[] { folder["common/x.txt"], folder["test/x.txt"], folder["validation/x.txt"] },
            new FolderWalk(folder.Path).Files.ToArray());
    }

    [TestMethod]
    public async Task What_a_killed_process_has_left_among_pairs_is_none()
    {
        using var folder = new TemporaryFolder();
        (await Cli.RunAsync("simulate", SimulateCommandTests.WriteDisc(folder["scan.nii"], 100), "--task", "CT", "--out",
            folder["set"])).AssertDone();
        foreach (var kind in new[] { "LQ", "HQ" })
        {
            Directory.CreateDirectory(folder[$"set/CT/test/{kind}/.tat-{kind}.tmp"]);
            File.Copy(folder[$"set/CT/test/{kind}/scan.nii.gz"], folder[$"set/CT/test/{kind}/.tat-{kind}.tmp/0-scan.nii.gz"]);
        }

        (await Cli.RunAsync("evaluate", "--data", folder["set"], "--no-model")).AssertDone();
        Assert.AreEqual(2, new MLContext().ImageRestoration.LoadPairs(folder["set"], "test").GetColumn<int>("SliceIndex").Count());
        Directory.CreateDirectory(folder["good"]);
        Directory.Move(folder["set/CT/test/HQ"], folder["good/CT"]);
        using var scans = GoodScans.Open(folder["good"]);
        Assert.AreEqual(2, scans.Training.Sum(images => images.Count));
    }

    [TestMethod]
    public void Two_to_the_power_of_forty_paths_come_to_an_end()
    {
        using var folder = new TemporaryFolder();
        for (var level = 0; level < 40; level++)
        {
            Directory.CreateDirectory(folder[$"{level}"]);
            Directory.CreateSymbolicLink(folder[$"{level}/left"], $"../{level + 1}");
            Directory.CreateSymbolicLink(folder[$"{level}/right"], $"../{level + 1}");
        }

        Directory.CreateDirectory(folder["40"]);
        File.WriteAllText(folder["40/x.txt"], "x");
        var files = new FolderWalk(folder.Path).Files;
        CollectionAssert.Contains(files.ToArray(), folder["40/x.txt"]);
        Assert.IsLessThan(1000, files.Count);
    }

    [TestMethod]
    [DataRow("m.zip")]
    [DataRow("m.onnx")]
    [DataRow("m.safetensors")]
    public async Task A_pipe_in_place_of_a_model_is_refused_instead_of_waited_for(string name)
    {
        using var folder = new TemporaryFolder();
        MakePipe(folder[name]);
        (await Cli.RunAsync("inspect", folder[name])).AssertFailed(1, "pipe");
        (await Cli.RunAsync("restore", NiftiSamples.WriteRamp(folder["a.nii"]), "--task", "CT", "--model", folder[name], "--out",
            folder["r.nii"])).AssertFailed(1, "pipe");
    }

    [TestMethod]
    [DataRow("export", "--out", "x.safetensors", "--card", "PIPE")]
    [DataRow("export", "--out", "x.onnx", "--model", "PIPE")]
    [DataRow("train", "--options", "PIPE", "--out", "x.zip")]
    [DataRow("train", "--training-config", "PIPE")]
    [DataRow("train", "--data", "PIPE", "--out", "x.zip")]
    [DataRow("train", "--from", "PIPE", "--out", "x.zip")]
    [DataRow("import", "PIPE", "--out", "x.safetensors")]
    [DataRow("evaluate", "--data", "PIPE")]
    [DataRow("evidence", "PIPE", "--task", "CT", "--out", "x")]
    [DataRow("simulate", "PIPE", "--task", "CT", "--out", "x")]
    [DataRow("quickstart", "--scan", "PIPE", "--task", "CT", "--out", "x")]
    public async Task A_pipe_in_place_of_any_other_file_is_refused_instead_of_waited_for(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        MakePipe(folder["pipe"]);
        var result = await Cli.RunAsync([.. arguments.Select(argument => argument == "PIPE" ? folder["pipe"] : argument)])
            .WaitAsync(TimeSpan.FromMinutes(5));
        Assert.AreNotEqual(0, result.ExitCode);
        Assert.Contains(folder["pipe"], result.Errors);
    }

    [TestMethod]
    public void A_pipe_is_refused_instead_of_waited_for()
    {
        using var folder = new TemporaryFolder();
        MakePipe(folder["pipe.nii"]);

        Directory.CreateSymbolicLink(folder["link.nii"], folder["pipe.nii"]);
        foreach (var name in new[] { "pipe.nii", "link.nii" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder[name])).Message, "pipe");
        }
    }

    private static void MakePipe(string path)
    {
        using var making = Process.Start("mkfifo", path);
        making.WaitForExit();
    }
}
