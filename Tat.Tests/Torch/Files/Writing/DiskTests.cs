using Tat.Tests.Formats;
using Tat.Torch.Files.Writing;

namespace Tat.Tests.Files.Writing;

[TestClass]
public sealed class DiskTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void What_is_placed_first_keeps_its_place(bool isFolder)
    {
        using var folder = new TemporaryFolder();
        foreach (var made in new[] { "first", "second" })
        {
            Directory.CreateDirectory(folder[made]);
            File.WriteAllText(folder[$"{made}/a.txt"], made);
        }

        var file = isFolder ? "" : "/a.txt";
        Disk.Place(folder[$"first{file}"], folder[$"place{(isFolder ? "" : ".txt")}"]);
        Assert.ThrowsExactly<IOException>(() => Disk.Place(folder[$"second{file}"], folder[$"place{(isFolder ? "" : ".txt")}"]));
        CollectionAssert.AreEquivalent(new[] { isFolder ? "place/a.txt" : "place.txt", "second/a.txt" }, folder.Files);
        Assert.AreEqual("first", File.ReadAllText(folder[isFolder ? "place/a.txt" : "place.txt"]));
    }

    [TestMethod]
    public void A_file_replaces_an_older_one_where_it_is_to()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["old.txt"], "old");
        File.WriteAllText(folder["new.txt"], "new");
        Disk.Place(folder["new.txt"], folder["old.txt"], replace: true);
        CollectionAssert.AreEqual(new[] { "old.txt" }, folder.Files);
        Assert.AreEqual("new", File.ReadAllText(folder["old.txt"]));
    }

    [TestMethod]
    public void Nothing_cannot_be_placed()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<IOException>(() => Disk.Place(folder["nothing"], folder["place"]));
        Assert.IsEmpty(folder.Files);
    }
}
