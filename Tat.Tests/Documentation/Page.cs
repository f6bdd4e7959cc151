using System.Text.RegularExpressions;

namespace Tat.Tests.Documentation;

/// <summary>A page of the documentation, and what it shows.</summary>
internal sealed partial record Page(string Name, string Text)
{
    /// <summary>The guides, and the pages beside the code.</summary>
    public static IReadOnlyList<Page> All =>
    [
        .. new[] { "docs", ".", "Tat.Torch", "Tat.MLNet", "Tat.Samples", "Templates", "Tat.Tests/Golden" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(SourceTree.Root, folder), "*.md"))
            .Order(StringComparer.Ordinal)
            .Select(path => new Page(Path.GetRelativePath(SourceTree.Root, path).Replace('\\', '/'), File.ReadAllText(path))),
    ];

    public bool IsGuide => Name.StartsWith("docs/", StringComparison.Ordinal);

    /// <summary>The blocks of a language, in order.</summary>
    public IEnumerable<string> Blocks(string language) =>
        AnyBlock().Matches(Text).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value);

    /// <summary>What stands in the text as code, outside of blocks.</summary>
    public IEnumerable<string> InlineCode => InlineCodeSpan().Matches(Prose).Select(match => match.Groups[1].Value);

    /// <summary>The targets of links that lead to files here.</summary>
    public IEnumerable<string> Links => LocalLink().Matches(Prose).Select(match => match.Groups[1].Value);

    /// <summary>The names under which links reach headings.</summary>
    public IEnumerable<string> Anchors =>
        Heading().Matches(Prose).Select(match => NoAnchor().Replace(match.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    public override string ToString() => Name;

    private string Prose => AnyBlock().Replace(Text, "");

    [GeneratedRegex("^```([a-z]*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex InlineCodeSpan();

    [GeneratedRegex(@"\]\((?!https?:)([^)]+)\)")]
    private static partial Regex LocalLink();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();
}
