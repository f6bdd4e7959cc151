using Tat.Torch.Randomness;

namespace Tat.Torch.Data;

/// <summary>
/// The renewed pairs of a task that patches are cut from at present: a window that moves along the endless list of its pairs.
/// </summary>
/// <remarks>
/// The window holds <see cref="Kept"/> pairs and moves on by one after as many patches as a pair serves; each patch is cut from one of them
/// at random. Which pairs it holds, their noise, and the choice depend on seed, task and position alone. Not safe for concurrent use.
/// </remarks>
internal sealed class PairWindow(PairPool pool, PairOrder order, int task, ulong seed, PairMaker maker)
{
    /// <summary>Pairs in the window, few enough to stay in memory, and pairs after it that are made ahead.</summary>
    private const int Kept = 32;
    private const int Ahead = 8;

    private readonly Dictionary<long, Lazy<NormalizedPair>> _pairs = [];

    /// <summary>The place in the endless list of pairs that a patch is cut from.</summary>
    public long PlaceOf(long position) => (position / pool.Uses) + new RandomStream(seed, Streams.Choice, task, position).Next(Kept);

    /// <summary>
    /// Moves on to the patches of an iteration: lets go of pairs that are not needed any more, and lets those be made that soon will be.
    /// </summary>
    /// <param name="from">The position of the first patch.</param>
    /// <param name="end">The position after the last one.</param>
    public void MoveTo(long from, long end)
    {
        foreach (var old in _pairs.Keys.Where(place => place < from / pool.Uses).ToList())
        {
            _pairs.Remove(old);
        }

        for (var place = from / pool.Uses; place < (end / pool.Uses) + Kept + Ahead; place++)
        {
            if (!_pairs.ContainsKey(place))
            {
                var (index, at) = (order.At(place, 1, 0), place);
                maker.Want(_pairs[place] = new(() => Make(index, at)));
            }
        }
    }

    /// <summary>The pair for a patch of the iteration.</summary>
    /// <param name="position">The position in the endless list of patches.</param>
    /// <param name="skip">How many places further in the list of pairs to look, where those before cannot be read.</param>
    public NormalizedPair At(long position, int skip)
    {
        var place = PlaceOf(position);
        return skip == 0 ? _pairs[place].Value : Make(order.At(place, 1, skip), place);
    }

    private NormalizedPair Make(int index, long place) =>
        pool.Make(index, new RandomStream(seed, Streams.Counterpart, task, place).NextBits());
}
