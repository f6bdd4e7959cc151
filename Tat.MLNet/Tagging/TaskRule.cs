using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Tat.MLNet.Tagging;

/// <summary>One way to tell an image's task from a column of its row. Rules are data, not code: they are saved with the model.</summary>
/// <remarks>
/// For a rule in code put ML.NET's own <c>CustomMapping</c> with a contract name into the pipeline, and let it write the task column.
/// </remarks>
public sealed record TaskRule
{
    [JsonConstructor]
    internal TaskRule(TaskRuleKind kind, string column, string? pattern = null, string? task = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        (Kind, Column, Pattern, Task) = (kind, column, pattern, task);
    }

    /// <summary>How the task follows from the column.</summary>
    [JsonInclude]
    internal TaskRuleKind Kind { get; }

    /// <summary>The column, text or a key with text values.</summary>
    public string Column { get; }

    /// <summary>The pattern of <see cref="WhenMatches"/>.</summary>
    public string? Pattern { get; }

    /// <summary>The task of <see cref="WhenMatches"/>.</summary>
    public string? Task { get; }

    /// <summary>The column holds the task's name; an empty one leaves it to the next rule.</summary>
    /// <param name="column">The column.</param>
    public static TaskRule FromColumn(string column) => new(TaskRuleKind.Name, column);

    /// <summary>
    /// The DICOM modality tells: <c>PT</c> is PET, <c>CT</c> is CT, <c>MR</c> is MRI, and any other is the task of that name, if there is
    /// one.
    /// </summary>
    /// <param name="column">The column that holds the modality.</param>
    public static TaskRule FromModality(string column = "Modality") => new(TaskRuleKind.Modality, column);

    /// <summary>A folder of the file's path has the task's name; the one nearest to the file counts.</summary>
    /// <param name="column">The column that holds the path.</param>
    public static TaskRule FromFolder(string column = "FileName") => new(TaskRuleKind.Folder, column);

    /// <summary>A text matches a pattern.</summary>
    /// <param name="column">The column that holds the text, for example <c>FileName</c>.</param>
    /// <param name="pattern">A regular expression without look-around and back-references, matched anywhere and without regard to
    /// case.</param>
    /// <param name="task">The task of the rows that match.</param>
    /// <exception cref="ArgumentException">The pattern is not a valid one.</exception>
    public static TaskRule WhenMatches(string column, string pattern, string task)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(task);
        _ = Compile(pattern);
        return new(TaskRuleKind.Pattern, column, pattern, task);
    }

    /// <summary>The expression of a pattern; its time is linear in the text, also for patterns from somebody else's model file.</summary>
    internal static Regex Compile(string pattern)
    {
        try
        {
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException problem)
        {
            throw new ArgumentException(
                $"'{pattern}' cannot be used as the pattern of a task rule: {problem.Message}", nameof(pattern), problem);
        }
    }
}

internal enum TaskRuleKind
{
    Name,
    Modality,
    Folder,
    Pattern,
}
