using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.Tests.Loading;

internal static class ViewReading
{
    /// <summary>All values of a text column.</summary>
    public static string[] Texts(this IDataView view, string column) => [.. view.GetColumn<string>(column)];

    /// <summary>All values of a column of whole numbers.</summary>
    public static int[] Numbers(this IDataView view, string column) => [.. view.GetColumn<int>(column)];

    /// <summary>All values of a vector column.</summary>
    public static float[][] Vectors(this IDataView view, string column) => [.. view.GetColumn<float[]>(column)];

    /// <summary>A name for each row: file and slice.</summary>
    public static string[] Rows(this IDataView view) =>
        [.. view.Texts("FileName").Zip(view.Numbers("SliceIndex"), (file, slice) => $"{Path.GetFileName(file)}#{slice}")];

    /// <summary>A name for each row, with its task.</summary>
    public static string[] TaskRows(this IDataView view) => [.. view.Texts("Task").Zip(view.Rows(), (task, row) => $"{task}/{row}")];

    /// <summary>Reads one column through several cursors at once, in the order of their batches.</summary>
    public static string[] TextsInParallel(this IDataView view, string column, int cursors, Random? random = null)
    {
        var found = view.GetRowCursorSet([view.Schema[column]], cursors, random).AsParallel().SelectMany(cursor =>
        {
            using (cursor)
            {
                var values = new List<(long Batch, string Text)>();
                var getter = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema[column]);
                while (cursor.MoveNext())
                {
                    var text = default(ReadOnlyMemory<char>);
                    getter(ref text);
                    values.Add((cursor.Batch, text.ToString()));
                }

                return values;
            }
        });
        return [.. found.OrderBy(value => value.Batch).Select(value => value.Text)];
    }
}
