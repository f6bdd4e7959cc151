using Microsoft.ML;

namespace Tat.MLNet.Views;

internal static class ColumnSet
{
    /// <summary>Which columns of a schema are among those that somebody reads.</summary>
    public static bool[] Of(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[schema.Count];
        foreach (var column in columns ?? [])
        {
            active[column.CheckedIn(schema)] = true;
        }

        return active;
    }

    /// <summary>The index of a column, after making sure that it is one of the schema.</summary>
    public static int CheckedIn(this DataViewSchema.Column column, DataViewSchema schema) =>
        column.Index < schema.Count && schema[column.Index].Name == column.Name && schema[column.Index].Type.Equals(column.Type)
            ? column.Index
            : throw new ArgumentOutOfRangeException(
                nameof(column), $"Column '{column.Name}' is not of this schema; take columns from the schema of the view that is read.");

    /// <summary>The index of a column, after making sure that it is one of the row's and was asked for.</summary>
    public static int CheckedActive(this DataViewSchema.Column column, DataViewRow row) => row.IsColumnActive(column)
        ? column.Index
        : throw new ArgumentOutOfRangeException(
            nameof(column), $"Column '{column.Name}' is not active: name it in the call that opens the cursor.");
}
