using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>A row with columns added; the others pass through.</summary>
internal sealed class MappedRow(ColumnMapping mapping, DataViewRow input, bool[] active) : DataViewRow
{
    private readonly IReadOnlyList<Delegate> _added = mapping.IsAnyAddedActive(active) ? mapping.CreateGetters(input) : [];

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override DataViewSchema Schema => mapping.OutputSchema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.CheckedIn(Schema)];

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var index = column.CheckedActive(this);
        var added = index - mapping.InputSchema.Count;
        return added >= 0 ? _added[added].As<TValue>(column) : input.GetGetter<TValue>(mapping.InputSchema[index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
