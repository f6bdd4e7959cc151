using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Tagging;

/// <summary>Adds the task's name to rows of one schema.</summary>
internal sealed class TaskTaggingMapping : ColumnMapping
{
    private readonly TaskVocabulary _tasks;
    private readonly IReadOnlyList<BoundRule> _rules;
    private readonly DataViewSchema.Column? _fileName;

    private TaskTaggingMapping(
        DataViewSchema schema, TaskTaggingTransformer tagger, IReadOnlyList<BoundRule> rules, DataViewSchema.Column? fileName)
        : base(schema, [(tagger.OutputColumnName, TextDataViewType.Instance, null)],
            [.. rules.Select(rule => rule.Column), .. fileName is { } name ? [name] : Array.Empty<DataViewSchema.Column>()])
        => (_tasks, _rules, _fileName) = (tagger.Tasks, rules, fileName);

    public static TaskTaggingMapping Create(DataViewSchema schema, TaskTaggingTransformer tagger)
    {
        // Rules that the user did not ask for need not find their column.
        var rules = tagger.Rules.Count > 0
            ? tagger.Rules.Select(rule => new BoundRule(rule, schema.FindTextOrKey(rule.Column)))
            : Defaults(tagger.OutputColumnName).Where(rule => schema.GetColumnOrNull(rule.Column) is not null)
                .Select(rule => new BoundRule(rule, schema.FindTextOrKey(rule.Column)));
        BoundRule[] bound = [.. rules];
        return bound.Length > 0
            ? new(schema, tagger, bound, schema.GetColumnOrNull("FileName") is { Type: TextDataViewType } name ? name : null)
            : throw new ArgumentOutOfRangeException(
                "inputSchema", $"Could not find input column '{tagger.OutputColumnName}', nor 'Modality' or 'FileName', to tell tasks by; "
                    + "name the column with a TaskRule.");
    }

    /// <summary>What tells a task where the user gives no rules: what the loader says, then the modality, then the folder.</summary>
    public static IReadOnlyList<TaskRule> Defaults(string outputColumn) =>
        [TaskRule.FromColumn(outputColumn), TaskRule.FromModality(), TaskRule.FromFolder()];

    public override IReadOnlyList<Delegate> CreateGetters(DataViewRow input)
    {
        var rules = _rules.Select(rule => (Text: TextGetter.Create(input, rule.Column), Tell: rule.CreateTeller(_tasks))).ToList();
        var getName = _fileName is { } column ? TextGetter.Create(input, column) : () => "";
        return
        [
            (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> task) =>
            {
                foreach (var (text, tell) in rules)
                {
                    if (text() is { Length: > 0 } value && tell(value) is { } told)
                    {
                        task = (_tasks.TryGet(told, out var known) ? known.Name : throw Unknown(told, getName(), input)).AsMemory();
                        return;
                    }
                }

                throw Unknown(null, getName(), input);
            }),
        ];
    }

    private InvalidDataException Unknown(string? task, string name, DataViewRow row)
    {
        var subject = name.Length > 0 ? $"'{name}'" : $"row {row.Position}";
        var problem = task is null
            ? $"none of the columns {string.Join(", ", _rules.Select(rule => $"'{rule.Column.Name}'"))} tells its task"
            : $"task '{task}' is unknown";
        return new($"{subject}: {problem}; the known tasks are {string.Join(", ", _tasks.Select(known => known.Name))}. Name the task in "
            + $"the column '{OutputSchema[InputSchema.Count].Name}', add a TaskRule, or add the task to the options of TagTask.");
    }

    private sealed record BoundRule(TaskRule Rule, DataViewSchema.Column Column)
    {
        private static readonly char[] _separators = ['/', '\\'];

        /// <summary>A function from the column's text to a task's name, or to nothing.</summary>
        public Func<string, string?> CreateTeller(TaskVocabulary tasks)
        {
            switch (Rule.Kind)
            {
                case TaskRuleKind.Name:
                    return name => name;
                case TaskRuleKind.Modality:
                    return modality => TaskOfModality(modality.Trim(), tasks);
                case TaskRuleKind.Folder:
                    return path => path.Split(_separators).SkipLast(1).LastOrDefault(folder => tasks.IndexOf(folder) >= 0);
                default:
                    var expression = TaskRule.Compile(Rule.Pattern!);
                    return text => expression.IsMatch(text) ? Rule.Task : null;
            }
        }

        // Defined terms of DICOM's Modality (0008,0060), PS3.3 C.7.3.1.1.1.
        private static string? TaskOfModality(string modality, TaskVocabulary tasks)
        {
            var name = modality.ToUpperInvariant() switch { "PT" => "PET", "MR" => "MRI", var other => other };
            return tasks.IndexOf(name) >= 0 ? name : null;
        }
    }
}
