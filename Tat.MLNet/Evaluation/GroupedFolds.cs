using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Tagging;
using Tat.MLNet.Views;

namespace Tat.MLNet.Evaluation;

/// <summary>
/// Deals the groups of a view, such as files or patients, to folds: no group is in two folds, and each task is spread evenly.
/// </summary>
internal sealed class GroupedFolds
{
    private readonly IDataView _data;
    private readonly DataViewSchema.Column _column;
    private readonly Func<string, string> _groupOf;
    private readonly Dictionary<string, int> _foldOfGroup = [];

    /// <param name="data">The rows.</param>
    /// <param name="folds">How many folds.</param>
    /// <param name="groupColumn">The text column that tells groups apart.</param>
    /// <param name="groupPattern">An expression whose first capture in the column, or else whose match, is the group;
    /// <see langword="null"/> for the whole text.</param>
    /// <param name="taskColumn">The column of tasks, if the data has it.</param>
    /// <param name="seed">Decides which group goes where.</param>
    public GroupedFolds(IDataView data, int folds, string groupColumn, string? groupPattern, string taskColumn, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        (_data, _column) = (data, data.Schema.FindTextOrKey(groupColumn));
        _groupOf = CreateGrouping(groupPattern, groupColumn);
        var groups = ReadGroups(taskColumn);
        if (groups.Count < folds)
        {
            throw new ArgumentException(
                $"Cross-validation in {folds} folds needs as many groups, and column '{groupColumn}' tells {groups.Count} apart; use fewer "
                + "folds, or another column or pattern.", nameof(folds));
        }

        var random = new Random(seed);
        var next = 0;
        foreach (var task in groups.GroupBy(group => group.Task, group => group.Group))
        {
            var shuffled = task.ToArray();
            random.Shuffle(shuffled);
            foreach (var group in shuffled)
            {
                _foldOfGroup.Add(group, next++ % folds);
            }
        }
    }

    /// <summary>The rows of all folds but one.</summary>
    public IDataView AllBut(int fold) => Select(other => other != fold);

    /// <summary>The rows of a fold.</summary>
    public IDataView Only(int fold) => Select(other => other == fold);

    private IDataView Select(Func<int, bool> keep) =>
        FilteredView.Create(_data, _column, text => _foldOfGroup.TryGetValue(_groupOf(text), out var fold) && keep(fold));

    private static Func<string, string> CreateGrouping(string? pattern, string column)
    {
        if (pattern is null)
        {
            return text => text;
        }

        var expression = TaskRule.Compile(pattern);
        return text => expression.Match(text) is { Success: true } match
            ? (match.Groups.Count > 1 ? match.Groups[1] : match.Groups[0]).Value
            : throw new InvalidDataException(
                $"The group pattern '{pattern}' does not match '{text}' in column '{column}'; every row must belong to a group.");
    }

    private List<(string Group, string Task)> ReadGroups(string taskColumn)
    {
        var task = _data.Schema.GetColumnOrNull(taskColumn) is { } column && (column.Type is TextDataViewType || column.IsTextKey())
            ? column
            : (DataViewSchema.Column?)null;
        using var cursor = _data.GetRowCursor(task is { } known ? [_column, known] : [_column]);
        var getText = TextGetter.Create(cursor, _column);
        var getTask = task is { } present ? TextGetter.Create(cursor, present) : () => "";
        var groups = new List<(string, string)>();
        var seen = new HashSet<string>();
        while (cursor.MoveNext())
        {
            var group = _groupOf(getText());
            if (seen.Add(group))
            {
                groups.Add((group, getTask()));
            }
        }

        return groups;
    }
}
