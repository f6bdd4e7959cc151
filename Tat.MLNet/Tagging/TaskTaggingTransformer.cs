using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Tagging;

/// <summary>Adds a text column with the task of each row; made by <see cref="TaskTaggingEstimator"/>. Safe for concurrent use.</summary>
public sealed class TaskTaggingTransformer : ITransformer
{
    internal const string LoaderName = "TatTaskTagging";
    private static readonly ModelSignature _signature = new("TATTASKS", LoaderName);
    private readonly ConditionalWeakTable<DataViewSchema, TaskTaggingMapping> _mappings = [];

    internal TaskTaggingTransformer(string outputColumnName, TaskVocabulary tasks, IReadOnlyList<TaskRule> rules) =>
        (OutputColumnName, Tasks, Rules) = (outputColumnName, tasks, rules);

    /// <summary>The column that is added; it hides one of the same name.</summary>
    public string OutputColumnName { get; }

    /// <summary>The tasks that a row can have.</summary>
    public TaskVocabulary Tasks { get; }

    /// <summary>The user's rules, in order; empty for the default ones.</summary>
    public IReadOnlyList<TaskRule> Rules { get; }

    /// <summary>Always <see langword="true"/>.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The input's columns and the task.</summary>
    /// <param name="inputSchema">The columns of the data.</param>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>A mapper that tags row by row.</summary>
    /// <param name="inputSchema">The columns of the rows.</param>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    /// <summary>Adds the task to a view; lazily.</summary>
    /// <param name="input">The data.</param>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return MappedView.Create(Bind(input.Schema), input);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        ModelWriter.Begin(ctx, _signature).Write(new Saved(OutputColumnName, [.. Tasks], [.. Rules]));

    internal static TaskTaggingTransformer Create(IHostEnvironment env, object ctx)
    {
        var saved = ModelReader.Begin(ctx, _signature).Read<Saved>();
        return new(saved.OutputColumnName, new(saved.Tasks), saved.Rules);
    }

    private TaskTaggingMapping Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _mappings.GetValue(inputSchema, schema => TaskTaggingMapping.Create(schema, this));
    }

    private sealed record Saved(string OutputColumnName, RestorationTask[] Tasks, TaskRule[] Rules);
}
