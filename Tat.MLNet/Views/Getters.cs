using Microsoft.ML;

namespace Tat.MLNet.Views;

internal static class Getters
{
    /// <summary>A getter under the type that the reader asks for.</summary>
    public static ValueGetter<TValue> As<TValue>(this Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Invalid TValue in GetGetter: column '{column.Name}' is of type {column.Type} and is read as {column.Type.RawType}, not as {typeof(TValue)}.");

    public static InvalidOperationException NotOnRow() => new("The cursor does not stand on a row; call MoveNext first.");

    /// <summary>A getter of a column whose type is known only at run time.</summary>
    public static Delegate GetGetter(this DataViewRow row, DataViewSchema.Column column) =>
        Generic.Call(nameof(GetTyped), column.Type.RawType, row, column);

    private static Delegate GetTyped<T>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<T>(column);

    private static class Generic
    {
        public static Delegate Call(string method, Type type, params object[] arguments) => (Delegate)typeof(Getters)
            .GetMethod(method, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type)
            .Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
