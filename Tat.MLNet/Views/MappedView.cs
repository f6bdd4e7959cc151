using Microsoft.ML;

namespace Tat.MLNet.Views;

/// <summary>The rows of another view with columns added when it is read.</summary>
internal class MappedView : IDataView
{
    private readonly ColumnMapping _mapping;
    private readonly IDataView _input;

    protected MappedView(ColumnMapping mapping, IDataView input) => (_mapping, _input) = (mapping, input);

    public bool CanShuffle => _input.CanShuffle;

    public DataViewSchema Schema => _mapping.OutputSchema;

    /// <summary>Makes the view; it can be read by position where its input can.</summary>
    public static IDataView Create(ColumnMapping mapping, IDataView input) =>
        input is IIndexedView indexed ? new Indexed(mapping, indexed) : new MappedView(mapping, input);

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = ColumnSet.Of(Schema, columnsNeeded);
        return new MappedCursor(_mapping, _input.GetRowCursor(_mapping.GetDependencies(columnsNeeded), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = ColumnSet.Of(Schema, columnsNeeded);
        var cursors = _input.GetRowCursorSet(_mapping.GetDependencies(columnsNeeded), n, rand);
        return [.. cursors.Select(cursor => new MappedCursor(_mapping, cursor, active))];
    }

    private sealed class Indexed(ColumnMapping mapping, IIndexedView input) : MappedView(mapping, input), IIndexedView
    {
        public int CountRows() => input.CountRows();

        public IRowReader OpenReader(IEnumerable<DataViewSchema.Column> columns)
        {
            var needed = columns.ToList();
            return new Reader(_mapping, input.OpenReader(_mapping.GetDependencies(needed)), ColumnSet.Of(Schema, needed));
        }
    }

    private sealed class Reader(ColumnMapping mapping, IRowReader input, bool[] active) : IRowReader
    {
        public DataViewRowCursor ReadAt(int position) => new MappedCursor(mapping, input.ReadAt(position), active);

        public void Dispose() => input.Dispose();
    }
}
