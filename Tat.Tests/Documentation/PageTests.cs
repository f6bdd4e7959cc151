using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Tat.Samples;
using Tat.Samples.Shell;
using Tat.Tests.Architecture;

namespace Tat.Tests.Documentation;

/// <summary>What the pages show compiles, and what they name exists.</summary>
[TestClass]
public sealed partial class PageTests
{
    /// <summary>
    /// A page's code stands, block by block, between comments in a file of Snippets that is compiled with this program, and with the usings
    /// that the page shows.
    /// </summary>
    [TestMethod]
    public void Its_code_compiles()
    {
        var compiled = Directory.GetFiles(Path.Combine(SourceTree.Root, "Tat.Tests", "Documentation", "Snippets"), "*.cs")
            .SelectMany(path =>
            {
                var text = File.ReadAllText(path);
                return Region().Matches(text).GroupBy(region => region.Groups[1].Value)
                    .Select(page => (Page: page.Key, Code: Code(page.Select(region => region.Groups[2].Value)), Usings: Usings([text])));
            })
            .ToDictionary(page => page.Page);
        foreach (var page in Page.All)
        {
            var shown = page.Blocks("csharp").ToList();
            Assert.AreEqual(shown.Count > 0, compiled.Remove(page.Name, out var known), $"{page}: compiled?");
            if (shown.Count > 0)
            {
                Assert.AreEqual(known.Code, Code(shown), page.Name);
                Assert.AreEqual(known.Usings, Usings(shown), $"{page}: usings");
            }
        }

        Assert.IsEmpty(compiled, "code of a page that is not there");
    }

    [TestMethod]
    public void What_they_link_to_is_there()
    {
        var pages = Page.All.ToDictionary(page => Path.GetFullPath(Path.Combine(SourceTree.Root, page.Name)));
        List<string> broken = [];
        foreach (var (path, page) in pages)
        {
            foreach (var link in page.Links)
            {
                var (file, anchor) = (link.Split('#')[0], link.Split('#').ElementAtOrDefault(1) ?? "");
                var target = file.Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file));
                if (!Path.Exists(target)
                    || (anchor.Length > 0 && pages.TryGetValue(target, out var other) && !other.Anchors.Contains(anchor)))
                {
                    broken.Add($"{page}: {link}");
                }
            }
        }

        Assert.IsEmpty(broken, string.Join('\n', broken));
    }

    [TestMethod]
    public void Every_guide_is_in_the_index_and_in_the_contents_of_the_site()
    {
        var listed = Page.All.Single(page => page.Name == "docs/index.md").Links.ToHashSet();
        var contents = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "toc.yml"));
        var missing = Page.All.Where(page => page.IsGuide).Select(page => Path.GetFileName(page.Name))
            .Where(name => !contents.Contains($"href: {name}\n", StringComparison.Ordinal)
                || (name != "index.md" && !listed.Contains(name)))
            .ToList();
        Assert.IsEmpty(missing, $"Add to docs/index.md and docs/toc.yml: {string.Join(", ", missing)}");
    }

    [TestMethod]
    public void Their_commands_are_understood()
    {
        var program = CommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, isInteractive: false));
        List<string> wrong = [];
        foreach (var page in Page.All)
        {
            foreach (var line in page.Blocks("sh").SelectMany(block => Continued().Replace(block, " ").Split('\n'))
                .Where(line => ProgramLine().IsMatch(line)))
            {
                var arguments = Comment().Replace(ProgramLine().Replace(line, ""), "");
                wrong.AddRange(program.Parse([.. CommandLineParser.SplitCommandLine(arguments)]).Errors
                    .Select(error => $"{page}: {arguments}: {error.Message}"));
            }

            foreach (var code in page.InlineCode)
            {
                var words = code.Split(' ');
                var commands = code.StartsWith("--", StringComparison.Ordinal)
                    ? All(program)
                    : program.Subcommands.Where(command => command.Name == words[0]).SelectMany(All).ToList();
                if (commands is [_, ..])
                {
                    wrong.AddRange(words.Where(word => word.StartsWith("--", StringComparison.Ordinal)
                        && !commands.Any(command => command.Options.Any(option => option.Name == word || option.Aliases.Contains(word))))
                        .Select(word => $"{page}: `{code}`: {word} is no option"));
                }
            }
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void Every_public_type_is_named_in_a_guide()
    {
        var named = string.Join('\n',
            Page.All.Where(page => page.IsGuide).SelectMany(page => page.InlineCode.Concat(page.Blocks("csharp"))));
        var types = Directory.GetFiles(Path.Combine(SourceTree.Root, "Tat.Tests", "Api"), "*.txt")
            .SelectMany(path => Types(File.ReadAllLines(path))).ToList();
        Assert.IsGreaterThan(100, types.Count);
        var missing = types.Where(type => !Regex.IsMatch(named, $@"(?<![\w.]){Regex.Escape(type)}\b")).ToList();
        Assert.IsEmpty(missing, $"Name it where a user looks for it, at least in docs/library.md: {string.Join(", ", missing)}");
    }

    [TestMethod]
    public void What_the_architecture_names_is_in_the_code()
    {
        var code = Rooms.Projects.Append("Tat.Tests").Select(project => Path.Combine(SourceTree.Root, project))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .SelectMany(path => Identifier().Matches(File.ReadAllText(path)).Select(match => match.Value)).ToHashSet();
        var missing = Page.All.Single(page => page.Name == "docs/architecture.md").InlineCode.Where(name => CodeName().IsMatch(name))
            .SelectMany(name => name.Split('.')).Where(name => !code.Contains(name)).ToList();
        Assert.IsEmpty(missing, string.Join(", ", missing));
    }

    /// <summary>The types of an approved API, nested ones by the name of the outer one, too.</summary>
    private static IEnumerable<string> Types(IEnumerable<string> lines)
    {
        var outer = "";
        foreach (var declared in lines.Select(line => TypeDeclaration().Match(line)).Where(match => match.Success))
        {
            var name = declared.Groups[2].Value;
            var isOuter = declared.Groups[1].Length == 4;
            outer = isOuter ? name : outer;
            yield return isOuter ? name : $"{outer}.{name}";
        }
    }

    private static List<Command> All(Command command) => [command, .. command.Subcommands.SelectMany(All)];

    private static string Code(IEnumerable<string> blocks) =>
        string.Join("\n---\n",
            blocks.Select(block => string.Join('\n', UsingDirective().Replace(block, "").Trim().Split('\n').Select(line => line.Trim()))));

    private static string Usings(IEnumerable<string> blocks) =>
        string.Join('\n', blocks.SelectMany(block => UsingDirective().Matches(block)).Select(match => match.Value.Trim()).Distinct()
            .Order(StringComparer.Ordinal));

    [GeneratedRegex("^ *// ([^\n]+[.]md)\n(.*?)^ *// end", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^( +)public (?:(?:sealed|static|abstract|readonly) )*(?:class|interface|enum|struct) (\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^[A-Z][a-z]\w+(?:\.[A-Z]\w+)?$")]
    private static partial Regex CodeName();

    [GeneratedRegex(@" *\\\n *")]
    private static partial Regex Continued();

    [GeneratedRegex("^(?:.*--project Tat.Samples -- |tat )")]
    private static partial Regex ProgramLine();

    [GeneratedRegex(" +#.*$")]
    private static partial Regex Comment();
}
