using System.Collections.Concurrent;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Data;

/// <summary>
/// All pairs of one task, from one source or several, normalised; keeps as many in memory as its share of the cache allows.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class PairPool
{
    private readonly IPairSource[] _sources;
    private readonly ConcurrentDictionary<int, NormalizedPair> _cache = new();
    private long _cacheBytes;

    public PairPool(RestorationTask task, IEnumerable<IPairSource> sources, long cacheBytes)
    {
        Task = task;
        _sources = [.. sources];
        _cacheBytes = cacheBytes;
        Count = checked(_sources.Sum(source => source.Count));
        Uses = _sources.OfType<IRenewedPairs>().Select(source => source.Uses).DefaultIfEmpty().Max();
    }

    public RestorationTask Task { get; }

    public int Count { get; }

    /// <summary>How many patches a pair serves before it is renewed; 0 where no pair is.</summary>
    public int Uses { get; }

    /// <summary>Tells the pairs from others of the same number.</summary>
    public string Fingerprint => string.Join(' ', _sources.Select(source => source.Fingerprint));

    /// <summary>How the pairs are made that are renewed while training.</summary>
    public IEnumerable<string> Makers => _sources.OfType<IRenewedPairs>().Select(source => source.ToString()!);

    /// <summary>Groups sources by the tasks of a vocabulary; sources of other tasks are left out.</summary>
    /// <param name="sources">The sources.</param>
    /// <param name="tasks">The tasks to take.</param>
    /// <param name="cacheBytes">Memory for images, over all tasks.</param>
    public static PairPool[] Group(IReadOnlyList<IPairSource> sources, TaskVocabulary tasks, long cacheBytes) =>
        [.. tasks.Select(task => new PairPool(
            task, sources.Where(source => tasks.IndexOf(source.Task.Name) == tasks.IndexOf(task.Name)), cacheBytes / tasks.Count))];

    /// <summary>A pair in the network's intensities.</summary>
    public NormalizedPair Read(int index)
    {
        if (_cache.TryGetValue(index, out var cached))
        {
            return cached;
        }

        var pair = NormalizedPair.From(ReadRaw(index), Task);
        var bytes = 2L * sizeof(float) * pair.LowQuality.Length;
        if (Interlocked.Add(ref _cacheBytes, -bytes) >= 0)
        {
            _cache[index] = pair;
        }
        else
        {
            Interlocked.Add(ref _cacheBytes, bytes);
        }

        return pair;
    }

    /// <summary>A pair in the network's intensities, made anew where its source does so.</summary>
    public NormalizedPair Make(int index, ulong seed)
    {
        var (source, place) = Find(index);
        return source is IRenewedPairs renewed ? NormalizedPair.From(renewed.Make(place, seed), Task) : Read(index);
    }

    /// <summary>A pair in physical units.</summary>
    public ImagePair ReadRaw(int index)
    {
        var (source, place) = Find(index);
        return source.Read(place);
    }

    /// <summary>The volume that a pair is a slice of.</summary>
    public string VolumeOf(int index)
    {
        var (source, place) = Find(index);
        return source.VolumeOf(place);
    }

    private (IPairSource Source, int Index) Find(int index)
    {
        foreach (var source in _sources)
        {
            if (index < source.Count)
            {
                return (source, index);
            }

            index -= source.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(index));
    }
}
