using System.Collections.Concurrent;
using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Loading;

/// <summary>The rows of a loader: each slice of each entry. Lazy, readable many times and in any order.</summary>
internal sealed class ImageView : IIndexedView
{
    private readonly IReadOnlyList<ImageColumn> _columns;
    private readonly Func<string, IImageScan> _open;
    private readonly SliceIndex _index;
    private readonly ConcurrentDictionary<string, (float Level, KSpaceExtent? Extent)> _volumes = new();

    /// <param name="schema">Made by <see cref="CreateSchema"/> of <paramref name="columns"/>.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="entries">The files.</param>
    /// <param name="open">How to open a file; <see langword="null"/> for <c>ImageFormats.Open</c>.</param>
    public ImageView(DataViewSchema schema, IReadOnlyList<ImageColumn> columns, IReadOnlyList<ImageEntry> entries,
        Func<string, IImageScan>? open = null)
    {
        (Schema, _columns, _open) = (schema, columns, open ?? (path => ImageFormats.Open(path)));
        _index = new(entries);
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => true;

    public static DataViewSchema CreateSchema(IEnumerable<ImageColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
        {
            builder.AddColumn(column.Name, column.Type);
        }

        return builder.ToSchema();
    }

    public long? GetRowCount() => _index.KnownCount;

    public int CountRows()
    {
        using var scans = new ScanPool(_open, idle: 0);
        return _index.CountAll(scans);
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        GetRowCursorSet(columnsNeeded, 1, rand)[0];

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = ColumnSet.Of(Schema, columnsNeeded);
        var order = rand is null ? null : Shuffled(CountRows(), rand);
        n = Math.Max(n, 1);
        var scans = new ScanPool(_open, owners: n);
        return [.. Enumerable.Range(0, n).Select(start => new ImageCursor(this, active, scans, ownsScans: true, order, start, n))];
    }

    public IRowReader OpenReader(IEnumerable<DataViewSchema.Column> columns) => new Reader(this, ColumnSet.Of(Schema, columns));

    internal bool TryGetRow(int position, ScanPool scans, out (ImageEntry Entry, int Slice) row) => _index.TryGet(position, scans, out row);

    internal ImageRow CreateRow(ScanPool scans) => new(scans, _volumes);

    internal Delegate CreateGetter(int column, ImageRow row) => _columns[column].CreateGetter(row);

    private static int[] Shuffled(int count, Random random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        random.Shuffle(order);
        return order;
    }

    private sealed class Reader(ImageView view, bool[] active) : IRowReader
    {
        // Slices of a volume are often read by several threads soon after each other.
        private readonly ScanPool _scans = new(view._open, idle: 8);

        public DataViewRowCursor ReadAt(int position) => new ImageCursor(view, active, _scans, ownsScans: false, [position], 0, 1);

        public void Dispose() => _scans.Dispose();
    }
}
