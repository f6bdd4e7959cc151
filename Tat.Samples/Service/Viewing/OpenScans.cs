using Tat.MLNet.Formats;

namespace Tat.Samples.Service.Viewing;

/// <summary>Keeps the scans that were looked at last open, since opening one may mean to inflate it.</summary>
/// <remarks>Safe for concurrent use. A scan is closed when nobody reads it any more, and others were read since or a while has
/// passed.</remarks>
internal sealed class OpenScans : IDisposable
{
    private const int Most = 6;
    private static readonly TimeSpan _kept = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    // The one that was used last comes first.
    private readonly LinkedList<Shared> _scans = new();

    public OpenScans(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(_ => Trim(), null, _kept, _kept);
    }

    /// <summary>Reads of a scan.</summary>
    /// <param name="key">What it is known by.</param>
    /// <param name="open">Opens it where it is not open.</param>
    /// <param name="read">Reads of it; it may be read by several at the same time.</param>
    public T Read<T>(string key, Func<OpenScan> open, Func<IImageScan, T> read)
    {
        var shared = Take(key, open);
        try
        {
            return read(shared.Scan.Value.Scan);
        }
        finally
        {
            Give(shared);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            foreach (var shared in _scans)
            {
                shared.Close();
            }

            _scans.Clear();
        }
    }

    private Shared Take(string key, Func<OpenScan> open)
    {
        lock (_lock)
        {
            var shared = _scans.FirstOrDefault(one => one.Key == key);
            if (shared is null)
            {
                shared = new(key, new(open));
            }
            else
            {
                _scans.Remove(shared);
            }

            shared.Readers++;
            _scans.AddFirst(shared);
            return shared;
        }
    }

    private void Give(Shared shared)
    {
        lock (_lock)
        {
            shared.Readers--;
            shared.LastUsed = _clock.GetTimestamp();
            if (!shared.Scan.IsValueCreated)
            {
                // It could not be opened, and is tried anew by the next.
                _scans.Remove(shared);
            }
        }

        Trim();
    }

    private void Trim()
    {
        lock (_lock)
        {
            foreach (var (place, shared) in _scans.ToList().Index())
            {
                if (shared.Readers == 0 && (place >= Most || _clock.GetElapsedTime(shared.LastUsed) > _kept))
                {
                    _scans.Remove(shared);
                    shared.Close();
                }
            }
        }
    }

    private sealed class Shared(string key, Lazy<OpenScan> scan)
    {
        public string Key { get; } = key;

        public Lazy<OpenScan> Scan { get; } = scan;

        public int Readers { get; set; }

        public long LastUsed { get; set; }

        public void Close()
        {
            if (Scan.IsValueCreated)
            {
                Scan.Value.Scan.Dispose();
                Scan.Value.Images?.Dispose();
            }
        }
    }
}

/// <summary>A scan that is open.</summary>
/// <param name="Scan">The scan.</param>
/// <param name="Images">The files that it reads; <see langword="null"/> for none.</param>
internal sealed record OpenScan(IImageScan Scan, IDisposable? Images = null);
