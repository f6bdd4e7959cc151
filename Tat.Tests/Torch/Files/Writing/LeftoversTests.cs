using System.Text.Json;
using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Torch.Files.Writing;

namespace Tat.Tests.Files.Writing;

/// <summary>What killed processes leave: hidden folders whose lock nobody holds, with a plan or without.</summary>
[TestClass]
public sealed class LeftoversTests
{
    [TestMethod]
    public void What_was_not_complete_is_removed_and_what_others_hold_stays()
    {
        using var folder = new TemporaryFolder();
        using var living = new AtomicFile(folder["living.txt"]);
        living.Stream.Write("living"u8);
        var dead = Abandon(folder, ("0-dead.txt", "half"));
        Directory.CreateDirectory(Path.Combine(dead, "1-series", "deep"));
        Directory.CreateDirectory(Leftovers.NewPath(folder.Path)); // killed before the lock
        Directory.CreateDirectory(folder[".tat-mine.tmp"]);
        Directory.CreateSymbolicLink(Leftovers.NewPath(folder.Path), Directory.CreateDirectory(folder["elsewhere"]).FullName);
        File.WriteAllText(folder["elsewhere/lock"], "");
        File.WriteAllText(folder["elsewhere/kept"], "");
        RemoveIn(folder);
        Assert.IsFalse(Directory.Exists(dead));
        Assert.HasCount(3, Directory.GetDirectories(folder.Path, ".tat-*"), "the living one, one of another name, and a link");
        Assert.IsTrue(File.Exists(folder["elsewhere/kept"]));
        living.Commit();
        Assert.AreEqual("living", File.ReadAllText(folder["living.txt"]));
    }

    [TestMethod]
    public void A_new_one_that_is_taken_for_a_leftover_before_it_is_locked_is_made_again()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var others = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                RemoveIn(folder);
            }
        });
        Parallel.For(0, 3000, new() { MaxDegreeOfParallelism = 4 }, i => AtomicFile.Write(folder[$"{i % 8}-{i}"], "whole"));
        stop.Cancel();
        others.Wait();
        Assert.HasCount(3000, folder.Files);
        Assert.IsEmpty(Directory.GetDirectories(folder.Path));
    }

    /// <summary>Whoever may write to a folder, such as that for temporary files, could leave a plan for files of others there.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void What_other_users_have_left_is_neither_followed_nor_removed()
    {
        if (Environment.UserName != "root")
        {
            // Only root can give a folder to another user.
            Assert.IsFalse(Disk.IsOwn("/"));
            return;
        }

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "mine");
        var theirs = Abandon(folder, ("plan", """["a.txt"]"""), ("0-a.txt", "theirs"));
        Assert.AreEqual(0, FreshProcess.Shell("chown", "-R", "65534", theirs));
        RemoveIn(folder);
        Assert.AreEqual("mine", File.ReadAllText(folder["a.txt"]));
        Assert.IsTrue(Directory.Exists(theirs));
        Assert.AreEqual(0, FreshProcess.Shell("chown", "-R", "0", theirs));
        RemoveIn(folder);
        Assert.AreEqual("theirs", File.ReadAllText(folder["a.txt"]), "a plan of the same user is carried out");
    }

    /// <summary>Every state in which a kill can find a pair that replaces another one.</summary>
    [TestMethod]
    [DataRow("planned", "oi oh ni nh")]
    [DataRow("header away", "oi nh ni oH")]
    [DataRow("both away", "ni nh oI oH")]
    [DataRow("voxels there", "Ni nh oI oH")]
    [DataRow("all there", "Ni Nh oI oH")]
    public void A_plan_that_was_begun_is_finished(string state, string files)
    {
        using var folder = new TemporaryFolder();
        var dead = Abandon(folder, ("plan", JsonSerializer.Serialize(new[] { "a.img", "a.hdr" })));
        foreach (var file in files.Split(' '))
        {
            // Letters: old or new; image or header; capitals: moved already.
            var name = char.ToLowerInvariant(file[1]) == 'i' ? "0-a.img" : "1-a.hdr";
            var path = file switch
            {
                "oi" or "oh" or "Ni" or "Nh" => folder[name[2..]],
                "ni" or "nh" => Path.Combine(dead, name),
                _ => Path.Combine(dead, name + ".old"),
            };
            File.WriteAllText(path, char.ToLowerInvariant(file[0]) == 'o' ? "old" : "new");
        }

        RemoveIn(folder);
        Assert.AreEqual(("new", "new"), (File.ReadAllText(folder["a.img"]), File.ReadAllText(folder["a.hdr"])), state);
        CollectionAssert.AreEquivalent(new[] { "a.hdr", "a.img" }, folder.Files);
    }

    /// <summary>Where folders cannot be exchanged in one step.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_folder_that_was_being_replaced_is_new(bool isOldAway)
    {
        using var folder = new TemporaryFolder();
        var dead = Abandon(folder, ("plan", """["series"]"""), ("0-series/new", ""),
            (isOldAway ? "0-series.old/old" : "../series/old", ""));
        RemoveIn(folder);
        CollectionAssert.AreEqual(new[] { "series/new" }, folder.Files, dead);
    }

    [TestMethod]
    [DataRow("""["../a.txt"]""")]
    [DataRow("""[""]""")]
    [DataRow("""[null]""")]
    [DataRow("""{}""")]
    [DataRow("")]
    public void A_plan_that_names_other_places_is_not_followed(string plan)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "mine");
        Abandon(folder, ("plan", plan), ("0-../a.txt", "theirs"), ("0-", "theirs"));
        RemoveIn(folder);
        CollectionAssert.AreEqual(new[] { "a.txt" }, folder.Files);
        Assert.AreEqual("mine", File.ReadAllText(folder["a.txt"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_plan_that_is_a_pipe_is_not_waited_for()
    {
        using var folder = new TemporaryFolder();
        var dead = Abandon(folder, ("0-a", "half"));
        Assert.AreEqual(0, FreshProcess.Shell("mkfifo", Path.Combine(dead, "plan")));
        RemoveIn(folder);
        Assert.IsFalse(Directory.Exists(dead));
    }

    [TestMethod]
    public void A_sweep_removes_them_without_writing()
    {
        using var folder = new TemporaryFolder();
        Abandon(folder, ("0-a", "half"));
        Staging.Sweep(folder.Path);
        Staging.Sweep(folder["nowhere"]);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void RemoveIn(TemporaryFolder folder)
    {
        var path = folder["own"];
        using (var own = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            Leftovers.RemoveIn(folder.Path, own.Name);
        }

        File.Delete(path);
    }

    private static string Abandon(TemporaryFolder folder, params (string Name, string Content)[] files)
    {
        var staging = Directory.CreateDirectory(Leftovers.NewPath(folder.Path)).FullName;
        foreach (var (name, content) in files.Append((Path.GetFileName(Leftovers.LockOf(staging)), "")))
        {
            var path = Path.Combine(staging, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return staging;
    }
}
