using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scoring;

/// <summary>Reads some rows ahead and restores their images together, once a restored image is read.</summary>
/// <remarks>
/// The first batch is one row and each further one twice as large up to the limit, so that looking at a row or two costs no more than that.
/// </remarks>
internal sealed class BatchingCursor : DataViewRowCursor
{
    private readonly RestorationMapping _mapping;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly Action<RestorationRequest> _read;
    private readonly RestorationRequest[] _requests;
    private readonly RowBuffer?[] _buffers;
    private readonly RowBuffer[] _fetched;
    private readonly ValueGetter<DataViewRowId> _getId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly InputTally _tally;
    private int _limit = 1;
    private int _count;
    private int _slot = -1;
    private long _position = -1;
    private bool _isRestored;
    private bool _hasWarned;
    private bool _disposed;

    public BatchingCursor(RestorationMapping mapping, DataViewRowCursor input, bool[] active, int batchSize)
    {
        (_mapping, _input, _active) = (mapping, input, active);
        _read = mapping.CreateReader(input);
        _requests = [.. Enumerable.Range(0, batchSize).Select(_ => new RestorationRequest())];
        _buffers = [.. mapping.InputSchema.Select(column => active[column.Index] ? RowBuffer.Create(input, column, batchSize) : null)];
        _fetched = [.. _buffers.OfType<RowBuffer>()];
        _getId = input.GetIdGetter();
        _ids = new DataViewRowId[batchSize];
        _batches = new long[batchSize];
        _tally = new(mapping.Restorer);
    }

    public override long Position => _position;

    public override long Batch => _slot >= 0 ? _batches[_slot] : 0;

    public override DataViewSchema Schema => _mapping.OutputSchema;

    public override bool MoveNext()
    {
        if (_disposed || (_slot + 1 >= _count && !FetchBatch()))
        {
            (_position, _slot, _count) = (-1, -1, 0);
            Warn();
            return false;
        }

        _slot++;
        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.CheckedIn(Schema)];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var index = column.CheckedActive(this);
        var getter = (index - _mapping.InputSchema.Count) switch
        {
            < 0 => _buffers[index]!.CreateGetter(CurrentSlot),
            0 => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> restored) => Restored().CopyRestored(ref restored)),
            _ => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> margin) => Restored().CopyMargin(ref margin)),
        };
        return getter.As<TValue>(column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[CurrentSlot()];

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _input.Dispose();
            Warn();
        }

        base.Dispose(disposing);
    }

    private int CurrentSlot() => _slot >= 0 ? _slot : throw Getters.NotOnRow();

    private RestorationRequest Restored()
    {
        var slot = CurrentSlot();
        if (!_isRestored)
        {
            RestorationRequest.RestoreAll(_mapping.Restorer, _tally, _requests[.._count]);
            _isRestored = true;
        }

        return _requests[slot];
    }

    /// <summary>Says once, when no more rows come, in what those that were restored are unlike the training images.</summary>
    private void Warn()
    {
        if (!_hasWarned)
        {
            _hasWarned = true;
            _mapping.Warn(_tally.Remarks);
        }
    }

    private bool FetchBatch()
    {
        var pixels = 0L;
        (_slot, _count, _isRestored) = (-1, 0, false);
        while (_count < _limit && pixels < BatchPlan.PixelsPerCall && _input.MoveNext())
        {
            _read(_requests[_count]);
            foreach (var buffer in _fetched)
            {
                buffer.Fetch(_count);
            }

            _getId(ref _ids[_count]);
            _batches[_count] = _input.Batch;
            pixels += _requests[_count].Pixels;
            _count++;
        }

        _limit = Math.Min(_limit * 2, _requests.Length);
        return _count > 0;
    }
}
