using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;

namespace Tat.MLNet.Loading;

/// <summary>Walks over every n-th row of an <see cref="ImageView"/>, in file order or in a given one.</summary>
internal sealed class ImageCursor(ImageView view, bool[] active, ScanPool scans, bool ownsScans, int[]? order, int start, int step)
    : DataViewRowCursor
{
    private readonly ImageRow _row = view.CreateRow(scans);
    private long _next = start;
    private long _position = -1;
    private int _index = -1;
    private bool _disposed;

    public override long Position => _position;

    // Rows are dealt to parallel cursors one by one: the ordinal of a row tells how to put them in order again.
    public override long Batch => _next - step;

    public override DataViewSchema Schema => view.Schema;

    public override bool MoveNext()
    {
        if (_disposed || _next > int.MaxValue || (order is not null && _next >= order.Length))
        {
            return End();
        }

        var index = order is null ? (int)_next : order[_next];
        if (!view.TryGetRow(index, scans, out var row))
        {
            return End();
        }

        _row.MoveTo(row.Entry, row.Slice);
        (_index, _next, _position) = (index, _next + step, _position + 1);
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.CheckedIn(Schema)];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        view.CreateGetter(column.CheckedActive(this), _row).As<TValue>(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        id = _index >= 0 ? new((ulong)_index, 0) : throw Getters.NotOnRow();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            End();
            _disposed = true;
            _row.Dispose();
            if (ownsScans)
            {
                scans.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private bool End()
    {
        (_index, _position) = (-1, -1);
        _row.Leave();
        return false;
    }
}
