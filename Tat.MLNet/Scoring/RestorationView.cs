using Microsoft.ML;
using Tat.MLNet.Views;

namespace Tat.MLNet.Scoring;

/// <summary>The rows of another view with their restored images, made in batches when they are read.</summary>
internal sealed class RestorationView(RestorationMapping mapping, IDataView input, int batchSize) : IDataView
{
    private readonly IDataView _unrestored = MappedView.Create(mapping, input);

    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded?.ToList() ?? [];
        var active = ColumnSet.Of(Schema, needed);
        return mapping.IsAnyAddedActive(active)
            ? new BatchingCursor(mapping, input.GetRowCursor(mapping.GetDependencies(needed), rand), active, batchSize)
            : _unrestored.GetRowCursor(needed, rand);
    }

    // One cursor restores with all cores, and several would hold as many batches in memory.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded?.ToList() ?? [];
        return mapping.IsAnyAddedActive(ColumnSet.Of(Schema, needed))
            ? [GetRowCursor(needed, rand)]
            : _unrestored.GetRowCursorSet(needed, n, rand);
    }
}
