using Tat.Samples.Service.Images;
using Tat.Tests.Formats;

namespace Tat.Tests.Service;

/// <summary>What every store of images holds to: a folder, and a bucket of Ceph.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class ImageStoreTests
{
    private static ObjectServer? _server;

    [ClassCleanup]
    public static void Stop() => _server?.Dispose();

    [TestMethod]
    [DataRow(false, DisplayName = "folder")]
    [DataRow(true, DisplayName = "bucket")]
    public async Task What_is_kept_is_what_came_first_unless_it_is_to_be_replaced(bool isBucket)
    {
        using var folder = new TemporaryFolder();
        var store = await OpenAsync(folder, isBucket);
        Assert.IsTrue(await store.AddAsync(Folder("a", ("scan.nii", "first"), ("below/1 ä.dcm", "below")), "results/x"));
        Assert.IsFalse(await store.AddAsync(Folder("b", ("scan.nii", "second"), ("below/1 ä.dcm", "other")), "results/x"));
        Assert.IsTrue(await store.AddAsync(File("c", "one"), "series/1/series/1.dcm", replaces: true));
        Assert.IsFalse(await store.AddAsync(File("d", "another"), "series/1/series/1.dcm", replaces: true));
        Assert.IsFalse(await store.AddAsync(File("e", "third"), "series/1/series/1.dcm"));
        Assert.IsTrue(await store.AddAsync(File("f", "two"), "series/1/series/10.dcm"));
        Assert.IsFalse(Directory.Exists(folder["a"]) || Directory.Exists(folder["b"]) || System.IO.File.Exists(folder["e"]));

        Assert.AreEqual("below/1 ä.dcm=below scan.nii=first", await TextOfAsync(store, "results/x"));
        Assert.AreEqual("first", await TextOfAsync(store, "results/x/scan.nii"));
        Assert.AreEqual("1.dcm=another 10.dcm=two", await TextOfAsync(store, "series/1/series"));
        Assert.AreEqual("another", await TextOfAsync(store, "series/1/series/1.dcm"));
        Assert.AreSequenceEqual(["x"], await store.ListAsync("results").ToListAsync());
        Assert.AreSequenceEqual(["1.dcm", "10.dcm"], (await store.ListAsync("series/1/series").ToListAsync()).Order());
        Assert.IsFalse(await store.ListAsync("uploads").AnyAsync());

        // What lies elsewhere on this machine is read where it is.
        using (var own = await store.OpenAsync(folder["own.nii"]))
        {
            Assert.AreEqual(folder["own.nii"], own.Path);
        }

        string File(string name, string text)
        {
            System.IO.File.WriteAllText(folder[name], text);
            return folder[name];
        }

        string Folder(string name, params (string Name, string Text)[] files)
        {
            foreach (var (file, text) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(folder[$"{name}/{file}"])!);
                System.IO.File.WriteAllText(folder[$"{name}/{file}"], text);
            }

            return folder[name];
        }
    }

    [TestMethod]
    [DataRow(false, DisplayName = "folder")]
    [DataRow(true, DisplayName = "bucket")]
    public async Task What_is_moved_or_removed_is_gone_from_where_it_was(bool isBucket)
    {
        using var folder = new TemporaryFolder();
        var store = await OpenAsync(folder, isBucket);
        foreach (var name in new[] { "results/x/scan.nii", "results/xy/scan.nii", "work/keep/scan.nii" })
        {
            await System.IO.File.WriteAllTextAsync(folder["new"], name);
            await store.AddAsync(folder["new"], name);
        }

        Assert.AreEqual("results/x/scan.nii", await TextOfAsync(store, "results/x/scan.nii"));
        Assert.IsTrue(await store.MoveAsync("results/x", "work/x"));
        Assert.IsFalse(await store.MoveAsync("results/x", "work/x"));
        Assert.AreEqual("scan.nii=results/x/scan.nii", await TextOfAsync(store, "work/x"));
        await store.RemoveAsync("work/x");
        await store.RemoveAsync("work/x");
        foreach (var name in new[] { "results/x", "results/x/scan.nii", "work/x", "results/xy/scan", "none" })
        {
            var problem = await Assert.ThrowsExactlyAsync<FileNotFoundException>(() => store.OpenAsync(name));
            Assert.Contains(name, problem.Message);
        }

        Assert.AreEqual("scan.nii=results/xy/scan.nii", await TextOfAsync(store, "results/xy"));
        Assert.AreSequenceEqual(["keep"], await store.ListAsync("work").ToListAsync());
    }

    [TestMethod]
    [DataRow(false, DisplayName = "folder")]
    [DataRow(true, DisplayName = "bucket")]
    public async Task Of_many_who_put_a_result_at_the_same_time_one_does(bool isBucket)
    {
        const int many = 12;
        using var folder = new TemporaryFolder();
        var store = await OpenAsync(folder, isBucket);
        var drafts = Enumerable.Range(0, many).Select(i => Directory.CreateDirectory(folder[$"{i}"]).FullName).ToList();
        await Task.WhenAll(drafts.Select((draft, i) => System.IO.File.WriteAllTextAsync(Path.Combine(draft, "scan.nii"), $"{i}")));
        var isFirst = await Task.WhenAll(drafts.Select(draft => Task.Run(() => store.AddAsync(draft, "results/x"))));
        Assert.AreEqual(1, isFirst.Count(first => first));
        Assert.AreEqual($"scan.nii={Array.IndexOf(isFirst, true)}", await TextOfAsync(store, "results/x"));
    }

    [TestMethod]
    public async Task Two_processes_do_not_share_a_folder_beside_a_bucket()
    {
        using var folder = new TemporaryFolder();
        var bucket = await (_server ??= await ObjectServer.StartAsync()).MakeBucketAsync();
        using var first = new BucketStore(bucket, folder.Path);
        Assert.Contains("folder of its own",
            Assert.ThrowsExactly<InvalidOperationException>(() => new BucketStore(bucket, folder.Path)).Message);
    }

    [TestMethod]
    public void Two_processes_share_a_folder_if_it_is_shared_and_only_then()
    {
        using var folder = new TemporaryFolder();
        using (new FolderStore(folder.Path, isShared: false))
        {
            Assert.Contains("folder of its own",
                Assert.ThrowsExactly<InvalidOperationException>(() => new FolderStore(folder.Path, isShared: false)).Message);
        }

        using var next = new FolderStore(folder.Path, isShared: false); // after the first has ended
        using var shared = new FolderStore(folder["shared"], isShared: true);
        using var other = new FolderStore(folder["shared"], isShared: true);
    }

    private static async Task<IImageStore> OpenAsync(TemporaryFolder folder, bool isBucket)
    {
        var data = Directory.CreateDirectory(folder["data"]).FullName;
        Directory.CreateDirectory(Path.Combine(data, "work"));
        return isBucket
            ? new BucketStore(await (_server ??= await ObjectServer.StartAsync()).MakeBucketAsync(), data)
            : new FolderStore(data, isShared: false);
    }

    /// <summary>The text of a file, or the names and texts of those below a folder.</summary>
    private static async Task<string> TextOfAsync(IImageStore store, string name)
    {
        using var images = await store.OpenAsync(name);
        return Directory.Exists(images.Path)
            ? string.Join(' ', Directory.GetFiles(images.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => $"{Path.GetRelativePath(images.Path, file)}={System.IO.File.ReadAllText(file)}"))
            : await System.IO.File.ReadAllTextAsync(images.Path);
    }
}
