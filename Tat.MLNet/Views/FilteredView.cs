using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>The rows of another view whose text in one column is wanted; nothing else is read of the others.</summary>
internal class FilteredView : IDataView
{
    private readonly IDataView _input;
    private readonly DataViewSchema.Column _column;
    private readonly Func<string, bool> _keep;

    protected FilteredView(IDataView input, DataViewSchema.Column column, Func<string, bool> keep) =>
        (_input, _column, _keep) = (input, column, keep);

    public bool CanShuffle => _input.CanShuffle;

    public DataViewSchema Schema => _input.Schema;

    /// <summary>Makes the view; it can be read by position where its input can.</summary>
    public static IDataView Create(IDataView input, DataViewSchema.Column column, Func<string, bool> keep) =>
        input is IIndexedView indexed ? new Indexed(indexed, column, keep) : new FilteredView(input, column, keep);

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var needed = columnsNeeded?.ToList() ?? [];
        return new Cursor(this, _input.GetRowCursor(needed.Append(_column), rand), ColumnSet.Of(Schema, needed));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var needed = columnsNeeded?.ToList() ?? [];
        return [.. _input.GetRowCursorSet(needed.Append(_column), n, rand)
            .Select(cursor => new Cursor(this, cursor, ColumnSet.Of(Schema, needed)))];
    }

    private sealed class Indexed : FilteredView, IIndexedView
    {
        private readonly IIndexedView _indexed;
        private readonly Lazy<int[]> _positions;

        public Indexed(IIndexedView input, DataViewSchema.Column column, Func<string, bool> keep)
            : base(input, column, keep) => (_indexed, _positions) = (input, new(FindPositions));

        public int CountRows() => _positions.Value.Length;

        public IRowReader OpenReader(IEnumerable<DataViewSchema.Column> columns) =>
            new Reader(_indexed.OpenReader(columns), _positions.Value);

        private int[] FindPositions()
        {
            using var cursor = _input.GetRowCursor([_column]);
            var getText = TextGetter.Create(cursor, _column);
            var positions = new List<int>();
            for (var position = 0; cursor.MoveNext(); position++)
            {
                if (_keep(getText()))
                {
                    positions.Add(position);
                }
            }

            return [.. positions];
        }
    }

    private sealed class Reader(IRowReader input, int[] positions) : IRowReader
    {
        public DataViewRowCursor ReadAt(int position) => input.ReadAt(positions[position]);

        public void Dispose() => input.Dispose();
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly FilteredView _view;
        private readonly DataViewRowCursor _input;
        private readonly bool[] _active;
        private readonly Func<string> _getText;
        private long _position = -1;

        public Cursor(FilteredView view, DataViewRowCursor input, bool[] active)
        {
            (_view, _input, _active) = (view, input, active);
            _getText = TextGetter.Create(input, view._column);
        }

        public override long Position => _position;

        public override long Batch => _input.Batch;

        public override DataViewSchema Schema => _input.Schema;

        public override bool MoveNext()
        {
            while (_input.MoveNext())
            {
                if (_view._keep(_getText()))
                {
                    _position++;
                    return true;
                }
            }

            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.CheckedIn(Schema)];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            _input.GetGetter<TValue>(Schema[column.CheckedActive(this)]);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
