using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>Adds one column to rows of a known schema, as a function of some of their columns.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
internal abstract class ColumnMapping : IRowToRowMapper
{
    private readonly bool[] _dependencies;

    /// <param name="inputSchema">The rows' schema.</param>
    /// <param name="name">What the added column is called; it hides one of the same name.</param>
    /// <param name="type">Its type.</param>
    /// <param name="annotations">Its annotations, if any.</param>
    /// <param name="dependencies">The columns that its values follow from.</param>
    protected ColumnMapping(DataViewSchema inputSchema, string name, DataViewType type, DataViewSchema.Annotations? annotations,
        IEnumerable<DataViewSchema.Column> dependencies)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(name, type, annotations);
        InputSchema = inputSchema;
        OutputSchema = builder.ToSchema();
        _dependencies = ColumnSet.Of(inputSchema, dependencies);
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The added column.</summary>
    public DataViewSchema.Column Added => OutputSchema[InputSchema.Count];

    /// <summary>A getter of the added column for the row that <paramref name="input"/> stands on.</summary>
    public abstract Delegate CreateGetter(DataViewRow input);

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var active = ColumnSet.Of(OutputSchema, dependingColumns);
        var isAddedActive = active[Added.Index];
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
