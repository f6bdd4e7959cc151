using Microsoft.ML;

namespace Tat.MLNet.Views;

/// <summary>A view whose rows can be read in any order without reading those before them.</summary>
internal interface IIndexedView : IDataView
{
    /// <summary>Counts the rows; may open files to do so, but reads no pixels.</summary>
    int CountRows();

    /// <summary>Opens a reader of rows by their position; safe for concurrent use.</summary>
    /// <param name="columns">The columns that will be read.</param>
    IRowReader OpenReader(IEnumerable<DataViewSchema.Column> columns);
}

/// <summary>Reads rows of an <see cref="IIndexedView"/> by position.</summary>
internal interface IRowReader : IDisposable
{
    /// <summary>A cursor over one row, which it does not stand on yet.</summary>
    DataViewRowCursor ReadAt(int position);
}
