using System.Text.RegularExpressions;

namespace Tat.Tests.Architecture;

/// <summary>
/// Holds the plan of the house: docs/architecture.md lists its rooms from the ground up, and code uses only what stands above it in that
/// list.
/// </summary>
[TestClass]
public sealed partial class DependencyTests
{
    private const int MostFiles = 20;

    [TestMethod]
    public void A_room_uses_only_rooms_that_stand_above_it_in_the_list()
    {
        var place = ListedRooms().Index().ToDictionary(room => room.Item, room => room.Index);
        string[] wrong =
        [
            .. new Rooms().Uses()
                .Where(use => place.ContainsKey(use.From) && place.GetValueOrDefault(use.To, int.MaxValue) > place[use.From])
                .Select(use => $"{use.From} → {use.To}: {use.Example}").Distinct(),
        ];
        Assert.IsEmpty(wrong, "Rooms are used that stand below in the list, or are not in it; move the code, or the room where that "
            + $"closes no circle:\n{string.Join('\n', wrong)}");
    }

    [TestMethod]
    public void The_list_has_every_room_and_no_other()
    {
        string[] folders = [.. Rooms.Files().Select(Rooms.RoomOf).Distinct()];
        var listed = ListedRooms();
        Assert.IsEmpty(folders.Except(listed).Concat(listed.Except(folders)),
            "Say in docs/architecture.md what the folder is for, at the place where it uses only what stands above.");
        Assert.AreSequenceEqual(listed.Distinct(), listed);
    }

    /// <summary>By which a reader finds a type, and <see cref="Rooms"/> its folder.</summary>
    [TestMethod]
    public void A_file_has_one_public_type_of_its_name_or_internal_ones_of_its_folders_namespace()
    {
        var wrong = new List<string>();
        foreach (var file in Rooms.Files())
        {
            var text = File.ReadAllText(Path.Combine(SourceTree.Root, file));
            string[] types = [.. PublicType().Matches(text).Select(match => match.Groups[1].Value)];
            var space = Namespace().Match(text).Groups[1].Value;
            if (types.Length == 0
                ? space.Length > 0 && space != Rooms.RoomOf(file).Replace('/', '.')
                : types.Length > 1 || types[0] != Path.GetFileName(file).Split('.')[0])
            {
                wrong.Add($"{file}: {space} {string.Join(", ", types)}");
            }
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void No_folder_has_more_files_than_a_reader_takes_in()
    {
        string[] full =
        [
            .. Rooms.Files().Concat(TestFiles()).GroupBy(file => Path.GetDirectoryName(file)!).Where(folder => folder.Count() > MostFiles)
                .Select(folder => $"{folder.Key} has {folder.Count()} files"),
        ];
        Assert.IsEmpty(full, $"At most {MostFiles} in a folder; divide it by subjects: {string.Join("; ", full)}.");
    }

    private static IEnumerable<string> TestFiles() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "Tat.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string[] ListedRooms() =>
        [.. Room().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "architecture.md")))
            .Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^\| `(Tat\.[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Room();

    [GeneratedRegex(@"^public (?:[a-z]+ )*(?:class|struct|interface|enum|record|delegate \S+) (?:struct )?(\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
