namespace Tat.Samples.Service.Images;

/// <summary>Copies of images that are kept elsewhere, for all who read them here; removed when nobody has for a while.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class LocalCopies : IDisposable
{
    private static readonly TimeSpan _kept = TimeSpan.FromMinutes(10);

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly Func<string, string, CancellationToken, Task> _fetch;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Copy> _copies = [];

    /// <param name="folder">Where copies are; what is there is removed.</param>
    /// <param name="clock">Tells how long nobody has read one.</param>
    /// <param name="fetch">Copies what has a name to a path.</param>
    public LocalCopies(string folder, TimeProvider clock, Func<string, string, CancellationToken, Task> fetch)
    {
        (_folder, _clock, _fetch) = (folder, clock, fetch);
        FolderStore.Remove(folder);
        _timer = clock.CreateTimer(_ => Trim(), null, _kept / 2, _kept / 2);
    }

    /// <summary>Opens a copy, which is made where there is none.</summary>
    public async Task<ImagesHere> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Copy copy;
        lock (_lock)
        {
            if (!_copies.TryGetValue(name, out copy!))
            {
                var place = Path.Combine(_folder, $"{Guid.NewGuid():N}");
                var path = Path.Combine(place, Path.GetFileName(name));
                copy = new(name, place, path, Task.Run(() => _fetch(name, path, CancellationToken.None), CancellationToken.None));
                _copies.Add(name, copy);
            }

            copy.Readers++;
        }

        try
        {
            await copy.Fetched.WaitAsync(cancellationToken);
            return new(copy.Path, () => Close(copy));
        }
        catch
        {
            Close(copy);
            throw;
        }
    }

    /// <summary>Removes copies of what is not kept any more, with all below it.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            foreach (var copy in _copies.Values
                .Where(one => one.Name == name || one.Name.StartsWith($"{name}/", StringComparison.Ordinal)).ToList())
            {
                Remove(copy);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Close(Copy copy)
    {
        lock (_lock)
        {
            copy.LastRead = _clock.GetTimestamp();
            copy.Readers--;
            if (copy.Fetched.IsFaulted || copy.IsOutdated)
            {
                Remove(copy); // the next one tries again
            }
        }
    }

    private void Trim()
    {
        lock (_lock)
        {
            foreach (var copy in _copies.Values
                .Where(one => one.Readers == 0 && _clock.GetElapsedTime(one.LastRead) >= _kept).ToList())
            {
                Remove(copy);
            }
        }
    }

    /// <summary>Forgets a copy, whose files go with its last reader.</summary>
    private void Remove(Copy copy)
    {
        copy.IsOutdated = true;
        if (_copies.GetValueOrDefault(copy.Name) == copy)
        {
            _copies.Remove(copy.Name);
        }

        if (copy.Readers == 0)
        {
            FolderStore.Remove(copy.Place);
        }
    }

    private sealed class Copy(string name, string place, string path, Task fetched)
    {
        public string Name { get; } = name;

        /// <summary>A folder of its own, so that the copy has the name that the images have.</summary>
        public string Place { get; } = place;

        public string Path { get; } = path;

        public Task Fetched { get; } = fetched;

        public int Readers { get; set; }

        /// <summary>Whether it is removed when nobody reads it any more.</summary>
        public bool IsOutdated { get; set; }

        public long LastRead { get; set; }
    }
}
