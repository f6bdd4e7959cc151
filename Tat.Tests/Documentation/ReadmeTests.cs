using System.Text.RegularExpressions;
using Tat.Samples.Shell;
using Tat.Tests.Samples;

namespace Tat.Tests.Documentation;

/// <summary>What the README promises beside what <see cref="PageTests"/> hold of all pages.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private static Page ReadMe => Page.All.Single(page => page.Name == "README.md");

    [TestMethod]
    public void It_has_at_most_8000_characters() => Assert.IsLessThanOrEqualTo(8000, ReadMe.Text.Length);

    [TestMethod]
    public void Its_code_is_ten_lines_beside_usings() =>
        Assert.IsTrue(ReadMe.Blocks("csharp")
            .All(block => block.Trim().Split('\n').Count(line => line.Length > 0 && !Using().IsMatch(line)) <= 10));

    [TestMethod]
    public async Task Every_command_is_explained_and_every_explained_command_exists()
    {
        var help = (await Cli.RunAsync("--help")).Output;
        var commands = HelpCommand().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..])
            .Select(match => match.Groups[1].Value).ToArray();
        var explained = ExplainedCommand().Matches(ReadMe.Text).Select(match => match.Groups[1].Value).Distinct().ToArray();
        CollectionAssert.AreEquivalent(commands, explained);
        foreach (var command in explained)
        {
            Assert.AreEqual(ExitCodes.Done, (await Cli.RunAsync(command, "--help")).ExitCode);
        }
    }

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();

    [GeneratedRegex("^  ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex HelpCommand();

    [GeneratedRegex(@"^\| `([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex ExplainedCommand();
}
