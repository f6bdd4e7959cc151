using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>Adds columns to rows of a known schema, as functions of some of their columns.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
internal abstract class ColumnMapping : IRowToRowMapper
{
    private readonly bool[] _dependencies;

    /// <param name="inputSchema">The rows' schema.</param>
    /// <param name="added">The columns to add, with their annotations, if any; each hides one of the same name.</param>
    /// <param name="dependencies">The columns that their values follow from.</param>
    protected ColumnMapping(DataViewSchema inputSchema,
        IEnumerable<(string Name, DataViewType Type, DataViewSchema.Annotations? Annotations)> added,
        IEnumerable<DataViewSchema.Column> dependencies)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        foreach (var (name, type, annotations) in added)
        {
            builder.AddColumn(name, type, annotations);
        }

        InputSchema = inputSchema;
        OutputSchema = builder.ToSchema();
        _dependencies = ColumnSet.Of(inputSchema, dependencies);
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>Getters of the added columns for the row that <paramref name="input"/> stands on, in the order of the columns.</summary>
    public abstract IReadOnlyList<Delegate> CreateGetters(DataViewRow input);

    /// <summary>Whether one of the added columns is among the active ones.</summary>
    public bool IsAnyAddedActive(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var active = ColumnSet.Of(OutputSchema, dependingColumns);
        var isAddedActive = IsAnyAddedActive(active);
        return InputSchema.Where(column => active[column.Index] || (isAddedActive && _dependencies[column.Index]));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        return ReferenceEquals(input.Schema, InputSchema)
            ? new MappedRow(this, input, ColumnSet.Of(OutputSchema, activeColumns))
            : throw new ArgumentException("The row is of another schema than the mapper was made for.", nameof(input));
    }
}
