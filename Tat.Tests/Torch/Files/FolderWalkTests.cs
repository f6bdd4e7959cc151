using System.Diagnostics;
using Tat.MLNet.Formats;
using Tat.Tests.Formats;
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
        CollectionAssert.AreEqual(new[] { folder["common/x.txt"], folder["test/x.txt"], folder["validation/x.txt"] }, new FolderWalk(folder.Path).Files.ToArray());
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
    public void A_pipe_is_refused_instead_of_waited_for()
    {
        using var folder = new TemporaryFolder();
        using (var making = Process.Start("mkfifo", folder["pipe.nii"]))
        {
            making.WaitForExit();
        }

        Directory.CreateSymbolicLink(folder["link.nii"], folder["pipe.nii"]);
        foreach (var name in new[] { "pipe.nii", "link.nii" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(folder[name])).Message, "pipe");
        }
    }
}
