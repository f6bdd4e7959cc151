using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>Reads a column as a string, be it text or a key with text values.</summary>
internal static class TextGetter
{
    /// <summary>Gives the text of the row that <paramref name="row"/> stands on; empty for a missing key.</summary>
    public static Func<string> Create(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType)
        {
            var values = default(VBuffer<ReadOnlyMemory<char>>);
            column.Annotations.GetValue("KeyValues", ref values);
            var names = values.DenseValues().Select(value => value.ToString()).ToArray();
            var getKey = CreateKeyGetter(row, column);
            return () => getKey() is var key && key > 0 && key <= (ulong)names.Length ? names[key - 1] : "";
        }

        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref text);
            return text.ToString();
        };
    }

    private static Func<ulong> CreateKeyGetter(DataViewRow row, DataViewSchema.Column column) =>
        Type.GetTypeCode(column.Type.RawType) switch
        {
            TypeCode.Byte => Read<byte>(row, column, key => key),
            TypeCode.UInt16 => Read<ushort>(row, column, key => key),
            TypeCode.UInt32 => Read<uint>(row, column, key => key),
            _ => Read<ulong>(row, column, key => key),
        };

    private static Func<ulong> Read<T>(DataViewRow row, DataViewSchema.Column column, Func<T, ulong> widen)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return widen(value);
        };
    }
}
