using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.ModelIO;

namespace Tat.MLNet.Scoring;

/// <summary>Holds the values of one column for the rows of a batch.</summary>
internal abstract class RowBuffer
{
    /// <summary>Copies the value of the input's current row to a slot.</summary>
    public abstract void Fetch(int slot);

    /// <summary>A <see cref="ValueGetter{TValue}"/> of the slot that <paramref name="currentSlot"/> tells.</summary>
    public abstract Delegate CreateGetter(Func<int> currentSlot);

    /// <summary>Creates a buffer of a column.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ModelBridge.NotTrimmed)]
    public static RowBuffer Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(Vectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Scalars<>).MakeGenericType(column.Type.RawType);
        return (RowBuffer)Activator.CreateInstance(type, input, column, capacity)!;
    }

    private sealed class Scalars<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : RowBuffer
    {
        private readonly ValueGetter<T> _source = input.GetGetter<T>(column);
        private readonly T[] _slots = new T[capacity];

        public override void Fetch(int slot) => _source(ref _slots[slot]);

        public override Delegate CreateGetter(Func<int> currentSlot) => (ValueGetter<T>)((ref T value) => value = _slots[currentSlot()]);
    }

    private sealed class Vectors<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : RowBuffer
    {
        private readonly ValueGetter<VBuffer<T>> _source = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _slots = new VBuffer<T>[capacity];

        public override void Fetch(int slot) => _source(ref _slots[slot]);

        public override Delegate CreateGetter(Func<int> currentSlot) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _slots[currentSlot()].CopyTo(ref value));
    }
}
