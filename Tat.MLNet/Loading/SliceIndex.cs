using Tat.MLNet.Formats;

namespace Tat.MLNet.Loading;

/// <summary>
/// Which slice of which entry each row is. Grows as far as rows are asked for, so that the first row of a large data set opens one file.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class SliceIndex(IReadOnlyList<ImageEntry> entries)
{
    private readonly Lock _gate = new();
    private readonly List<(int Entry, int Slice)> _rows = [];
    private int _nextEntry;

    /// <summary>The number of rows, if all entries have been counted.</summary>
    public int? KnownCount
    {
        get
        {
            lock (_gate)
            {
                CountKnown();
                return _nextEntry == entries.Count ? _rows.Count : null;
            }
        }
    }

    /// <summary>Finds a row.</summary>
    /// <param name="row">Its position, from 0.</param>
    /// <param name="scans">Where to open files whose slices have not been counted yet.</param>
    /// <param name="found">The entry and its slice.</param>
    /// <returns>Whether there is such a row.</returns>
    public bool TryGet(int row, ScanPool scans, out (ImageEntry Entry, int Slice) found)
    {
        lock (_gate)
        {
            while (_rows.Count <= row && _nextEntry < entries.Count)
            {
                Add(CountSlices(entries[_nextEntry], scans));
            }

            var exists = row < _rows.Count;
            found = exists ? (entries[_rows[row].Entry], _rows[row].Slice) : default;
            return exists;
        }
    }

    /// <summary>Counts all rows.</summary>
    public int CountAll(ScanPool scans)
    {
        TryGet(int.MaxValue, scans, out _);
        return KnownCount!.Value;
    }

    private static int CountSlices(ImageEntry entry, ScanPool scans)
    {
        if (KnownSlices(entry) is { } known)
        {
            return known;
        }

        using var lease = scans.Rent(entry.LowQuality);
        return lease.Scan.SliceCount > 0
            ? lease.Scan.SliceCount
            : throw new ImageFormatException(entry.LowQuality, "has no slices; remove it from the data set.");
    }

    private static int? KnownSlices(ImageEntry entry) => entry.Slice is null ? entry.SliceCount : 1;

    private void CountKnown()
    {
        while (_nextEntry < entries.Count && KnownSlices(entries[_nextEntry]) is { } known)
        {
            Add(known);
        }
    }

    private void Add(int slices)
    {
        for (var slice = 0; slice < slices; slice++)
        {
            _rows.Add((_nextEntry, entries[_nextEntry].Slice ?? slice));
        }

        _nextEntry++;
    }
}
