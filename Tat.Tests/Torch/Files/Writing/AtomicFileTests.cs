using Tat.Tests.Formats;
using Tat.Tests.Runtime;
using Tat.Torch.Files.Writing;

namespace Tat.Tests.Files.Writing;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public void What_is_there_stays_until_the_new_file_is_complete()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["deep/a.txt"], "old");
        using (var file = new AtomicFile(folder["deep/a.txt"]))
        {
            file.Stream.Write("new"u8);
            file.Stream.Flush();
            Assert.AreEqual("old", File.ReadAllText(folder["deep/a.txt"]));
            file.Commit();
            Assert.AreEqual("new", File.ReadAllText(folder["deep/a.txt"]));
        }

        CollectionAssert.AreEqual(new[] { "deep/a.txt" }, folder.Files);
    }

    [TestMethod]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder["a.txt"], ["old", "lines"]);
        Assert.ThrowsExactly<InvalidDataException>(() => AtomicFile.Write(folder["a.txt"], stream =>
        {
            stream.WriteByte(1);
            throw new InvalidDataException();
        }));
        Assert.AreEqual("old\nlines\n", File.ReadAllText(folder["a.txt"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Trying_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["kept"]);
        AtomicFile.Try(folder["kept/new/deep/a.txt"]);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder["kept"]));
        AtomicFile.Try(folder["kept/a.txt"]);
        Assert.IsTrue(Directory.Exists(folder["kept"]));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_pipe_or_device_is_not_replaced_by_a_file_nor_is_a_link_to_one()
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(0, FreshProcess.Shell("mkfifo", folder["pipe.csv"]));
        File.CreateSymbolicLink(folder["link.csv"], "/dev/null");
        foreach (var name in new[] { "pipe.csv", "link.csv" })
        {
            StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => AtomicFile.Write(folder[name], "text")).Message,
                $"'{folder[name]}' is a pipe or device", StringComparison.Ordinal);
        }

        Assert.IsTrue(Disk.IsSpecial(folder["pipe.csv"]) && Disk.IsSpecial(folder["link.csv"]));
        File.CreateSymbolicLink(folder["nowhere.csv"], "absent");
        AtomicFile.Write(folder["nowhere.csv"], "text");
        CollectionAssert.AreEquivalent(new[] { "link.csv", "nowhere.csv", "pipe.csv" }, folder.Files);
    }

    [TestMethod]
    public void A_pair_is_replaced_together_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "old");
        using (var files = new AtomicFiles(folder["a.img"], folder["a.hdr"]))
        {
            files.Create(folder["a.img"]).Write("new"u8);
            files.Create(folder["a.hdr"]).Write("new"u8);
        }

        Assert.AreEqual("old old", ReadPair(folder));
        WritePair(folder, "new");
        Assert.AreEqual("new new", ReadPair(folder));
        CollectionAssert.AreEquivalent(new[] { "a.img", "a.hdr" }, folder.Files);
    }

    [TestMethod]
    public void A_pair_that_cannot_be_put_in_place_leaves_the_old_one()
    {
        using var folder = new TemporaryFolder();
        WritePair(folder, "old");
        using (var files = new AtomicFiles(folder["a.img"], folder["missing.hdr"]))
        {
            files.Create(folder["a.img"]).Write("new"u8);
            files.Create(folder["missing.hdr"]).Write("new"u8);
            File.Delete(files.PathOf(folder["a.img"]));
            Directory.CreateDirectory(Path.Combine(folder["missing.hdr"]));
            File.WriteAllText(Path.Combine(folder["missing.hdr"], "in the way"), "");
            Assert.Throws<IOException>(files.Commit);
        }

        Assert.AreEqual("old old", ReadPair(folder));
        CollectionAssert.AreEquivalent(new[] { "a.img", "a.hdr", "missing.hdr/in the way" }, folder.Files);
    }

    [TestMethod]
    public void Files_of_two_folders_are_replaced_together_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        var (first, last) = (folder["HQ/a"], folder["LQ/a"]);
        void Commit(string text, Action<AtomicFiles> before)
        {
            using var files = new AtomicFiles(first, last);
            File.WriteAllText(files.PathOf(first), text);
            File.WriteAllText(files.PathOf(last), text);
            before(files);
            files.Commit();
        }

        Commit("old", _ => { });
        Commit("new", _ => { });
        Assert.AreEqual(("new", "new"), (File.ReadAllText(first), File.ReadAllText(last)));

        Assert.ThrowsExactly<FileNotFoundException>(() => Commit("lost", files => File.Delete(files.PathOf(last))));
        Assert.AreEqual(("new", "new"), (File.ReadAllText(first), File.ReadAllText(last)));
        CollectionAssert.AreEquivalent(new[] { "HQ/a", "LQ/a" }, folder.Files);
        Assert.IsEmpty(Directory.GetDirectories(folder.Path, ".*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Files_of_two_folders_that_cannot_all_be_put_in_place_leave_the_old_ones()
    {
        using var folder = new TemporaryFolder();
        var (first, last) = (folder["HQ/a"], folder["LQ/a"]);
        AtomicFiles.Write((first, AtomicFile.Text("old")), (last, AtomicFile.Text("old")));
        using (var files = new AtomicFiles(first, last))
        {
            File.WriteAllText(files.PathOf(first), "new");
            File.WriteAllText(files.PathOf(last), "new");

            // Where the old file would be put aside there is something that does not give way.
            Directory.CreateDirectory(files.PathOf(first) + ".old");
            Assert.Throws<Exception>(files.Commit);
        }

        Assert.AreEqual(("old", "old"), (File.ReadAllText(first), File.ReadAllText(last)));
    }

    [TestMethod]
    public void A_folder_is_replaced_in_one_step_while_others_read_it()
    {
        using var folder = new TemporaryFolder();
        const int Files = 5;
        WriteSeries(0);
        using var done = new CancellationTokenSource();
        var mixed = new List<string>();
        var seen = 0;
        using var first = new ManualResetEventSlim();
        var reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                // What one listing of the folder shows, whatever has its name by then.
                string[] names = [.. new DirectoryInfo(folder["series"]).EnumerateFiles().Select(file => file.Name.Split('-')[0])
                    .Distinct()];
                seen++;
                first.Set();
                if (names.Length != 1)
                {
                    mixed.Add(string.Join(", ", names));
                }
            }
        });
        first.Wait();
        for (var generation = 1; generation <= 50; generation++)
        {
            WriteSeries(generation);
        }

        done.Cancel();
        if (OperatingSystem.IsLinux())
        {
            reader.GetAwaiter().GetResult();
            Assert.IsEmpty(mixed.Where(names => names.Length > 0).ToArray(), $"of {seen}: {string.Join("; ", mixed)}");
        }

        Assert.HasCount(Files, folder.Files);
        Assert.IsTrue(folder.Files.All(file => file.StartsWith("series/50-", StringComparison.Ordinal)), string.Join(", ", folder.Files));

        void WriteSeries(int generation)
        {
            using var series = new AtomicFolder(folder["series"], replace: true);
            for (var i = 0; i < Files; i++)
            {
                File.WriteAllText(Path.Combine(series.Path, $"{generation}-{i}"), "");
            }

            series.Commit();
        }
    }

    [TestMethod]
    public void A_folder_that_holds_something_is_replaced_only_on_request()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder["series"]).FullName, "kept"), "");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => new AtomicFolder(folder["series"])).Message, "series do not mix");
        using (var abandoned = new AtomicFolder(folder["series"], replace: true))
        {
            File.WriteAllText(Path.Combine(abandoned.Path, "new"), "");
        }

        CollectionAssert.AreEqual(new[] { "series/kept" }, folder.Files);
        Directory.CreateDirectory(folder["empty"]);
        using var filled = new AtomicFolder(folder["empty"]);
        File.WriteAllText(Path.Combine(filled.Path, "new"), "");
        filled.Commit();
        Assert.IsTrue(File.Exists(folder["empty/new"]));
    }

    private static void WritePair(TemporaryFolder folder, string text)
    {
        using var files = new AtomicFiles(folder["a.img"], folder["a.hdr"]);
        files.Create(folder["a.img"]).Write(System.Text.Encoding.UTF8.GetBytes(text));
        files.Create(folder["a.hdr"]).Write(System.Text.Encoding.UTF8.GetBytes(text));
        files.Commit();
    }

    private static string ReadPair(TemporaryFolder folder) => $"{File.ReadAllText(folder["a.img"])} {File.ReadAllText(folder["a.hdr"])}";
}
