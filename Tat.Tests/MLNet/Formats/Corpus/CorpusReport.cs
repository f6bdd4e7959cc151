using System.Globalization;

namespace Tat.Tests.Formats.Corpus;

/// <summary>
/// Counts what was compared, and lists what was not the same in a table that is written as it goes; its last line has the counts, so a
/// table without it is incomplete.
/// </summary>
internal sealed class CorpusReport : IDisposable
{
    private const int FilesBetweenProgress = 500;

    private readonly StreamWriter _table;
    private readonly Action<string> _say;
    private readonly Dictionary<string, (int Same, int Different, int OnlyOurs, int OnlyTheirs, int Neither)> _counts = [];
    private int _seen;

    /// <param name="path">The table: tab-separated, a line for each disagreement and each image that only one side reads.</param>
    /// <param name="say">Shows disagreements and progress.</param>
    public CorpusReport(string path, Action<string> say)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        (_table, _say) = (new(path), say);
        Write("kind", "image", "what", "ours", "theirs");
    }

    /// <summary>Images that both read, and not as the same.</summary>
    public int Different => _counts.Values.Sum(count => count.Different);

    /// <summary>Images that both read as the same.</summary>
    public int Same => _counts.Values.Sum(count => count.Same);

    /// <summary>Notes an image.</summary>
    /// <param name="kind">What is counted by itself: files, series.</param>
    /// <param name="image">The image.</param>
    /// <param name="ourError">Why we don't read it.</param>
    /// <param name="theirError">Why they don't.</param>
    /// <param name="disagreements">How it differs where both do, or what must not happen at all.</param>
    public void Add(string kind, string image, string? ourError, string? theirError, IReadOnlyList<Disagreement> disagreements)
    {
        var count = _counts.GetValueOrDefault(kind);
        switch (ourError, theirError)
        {
            case var _ when disagreements.Count > 0:
                count.Different++;
                foreach (var (what, ours, theirs) in disagreements)
                {
                    Write("different", image, what, ours, theirs);
                    _say($"{image}: {what}: {ours} here, {theirs} there");
                }

                break;
            case (null, null):
                count.Same++;
                break;
            case (null, not null):
                count.OnlyOurs++;
                Write("only ours", image, kind, "", theirError);
                break;
            case (not null, null):
                count.OnlyTheirs++;
                Write("only theirs", image, kind, ourError, "");
                break;
            default:
                count.Neither++;
                break;
        }

        _counts[kind] = count;
        if (++_seen % FilesBetweenProgress == 0)
        {
            _table.Flush();
            _say(ToString());
        }
    }

    /// <summary>The counts so far.</summary>
    public override string ToString() => string.Join("; ", _counts.Select(kind => string.Create(CultureInfo.InvariantCulture,
        $"{kind.Key}: {kind.Value.Same} the same, {kind.Value.Different} different, {kind.Value.OnlyOurs} only ours, "
        + $"{kind.Value.OnlyTheirs} only theirs, {kind.Value.Neither} neither")));

    /// <summary>Ends the table with the counts.</summary>
    public void Complete()
    {
        Write("counts", ToString(), "", "", "");
        _say(ToString());
    }

    public void Dispose() => _table.Dispose();

    private void Write(params string[] cells) =>
        _table.WriteLine(string.Join('\t', cells.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' '))));
}
