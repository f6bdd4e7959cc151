namespace Tat.Tests.Architecture;

/// <summary>
/// What people write and read side by side: code, scripts and build files. Prose, and the code that stands in it, is left to the reader's
/// window.
/// </summary>
[TestClass]
public sealed class LineTests
{
    private const int Longest = 140;

    private static readonly string[] _endings = [".cs", ".csproj", ".css", ".props", ".proto", ".py", ".targets"];
    private static readonly string[] _others = ["artifacts", "bin", "obj", ".git", "Snippets", "Generated"];

    [TestMethod]
    public void No_line_is_longer_than_a_reader_sees_at_once()
    {
        string[] wrong =
        [
            .. Files(SourceTree.Root).Append(Path.Combine(SourceTree.Root, ".ci", "run"))
                .SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > Longest)
                    .Select(line => $"{Path.GetRelativePath(SourceTree.Root, file)}:{line.Index + 1} has {line.Item.Length} columns")),
        ];
        Assert.IsEmpty(wrong, $"At most {Longest} columns:\n{string.Join('\n', wrong)}");
    }

    private static IEnumerable<string> Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Where(file => _endings.Contains(Path.GetExtension(file))),
        .. Directory.EnumerateDirectories(folder).Where(inner => !_others.Contains(Path.GetFileName(inner))).SelectMany(Files),
    ];
}
