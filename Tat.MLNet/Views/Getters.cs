using Microsoft.ML;

namespace Tat.MLNet.Views;

internal static class Getters
{
    /// <summary>A getter under the type that the reader asks for.</summary>
    public static ValueGetter<TValue> As<TValue>(this Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Invalid TValue in GetGetter: column '{column.Name}' is of type {column.Type} and is read "
            + $"as {column.Type.RawType}, not as {typeof(TValue)}.");

    public static InvalidOperationException NotOnRow() => new("The cursor does not stand on a row; call MoveNext first.");
}
