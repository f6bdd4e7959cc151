using Tat.MLNet.Formats;

namespace Tat.MLNet.Loading;

/// <summary>Opens scans once for all that read them at the same time, and keeps a few open that nobody reads just now.</summary>
/// <remarks>Safe for concurrent use. Each owner disposes it; the last one closes what is open.</remarks>
internal sealed class ScanPool(Func<string, IImageScan> open, int idle = 2, int owners = 1) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private int _owners = owners;
    private long _clock;

    /// <summary>Borrows a scan until the lease is disposed.</summary>
    public Lease Rent(string path)
    {
        Entry? entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_owners == 0, this);
            if (!_entries.TryGetValue(path, out entry))
            {
                entry = new(path, open);
                _entries.Add(path, entry);
            }

            entry.Readers++;
        }

        var lease = new Lease(this, entry);
        try
        {
            _ = lease.Scan;
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_owners > 0 && --_owners == 0)
            {
                Close(_entries.Values.Where(entry => entry.Readers == 0));
            }
        }
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.LastUse = ++_clock;
            if (--entry.Readers > 0)
            {
                return;
            }

            var unread = _entries.Values.Where(candidate => candidate.Readers == 0).ToList();
            var failed = !entry.Succeeded;
            Close(failed ? [entry] : unread.OrderByDescending(candidate => candidate.LastUse).Skip(_owners == 0 ? 0 : idle));
        }
    }

    private void Close(IEnumerable<Entry> entries)
    {
        foreach (var entry in entries.ToList())
        {
            _entries.Remove(entry.Path);
            entry.Close();
        }
    }

    /// <summary>A borrowed scan.</summary>
    public sealed class Lease : IDisposable
    {
        private readonly ScanPool _pool;
        private Entry? _entry;

        internal Lease(ScanPool pool, Entry entry) => (_pool, _entry, Path) = (pool, entry, entry.Path);

        public string Path { get; }

        public IImageScan Scan => (_entry ?? throw new ObjectDisposedException(nameof(Lease))).Scan;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _entry, null) is { } entry)
            {
                _pool.Return(entry);
            }
        }
    }

    internal sealed class Entry(string path, Func<string, IImageScan> open)
    {
        private readonly Lazy<IImageScan> _scan = new(() => open(path));

        public string Path { get; } = path;

        public IImageScan Scan => _scan.Value;

        public bool Succeeded => _scan.IsValueCreated;

        public int Readers { get; set; }

        public long LastUse { get; set; }

        public void Close()
        {
            if (_scan.IsValueCreated)
            {
                _scan.Value.Dispose();
            }
        }
    }
}
