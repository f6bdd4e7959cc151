using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Optimization;

/// <summary>
/// Arithmetic on long vectors, on a CPU in pieces that stay in the cache, each on one core: each value travels from memory once, and no
/// core waits for another before the end.
/// </summary>
internal static class LongVectors
{
    private const long CachedPiece = 1 << 16;

    /// <summary>How many pieces a vector has.</summary>
    public static int Pieces(Tensor vector) =>
        vector.device_type == DeviceType.CPU ? (int)((vector.numel() + CachedPiece - 1) / CachedPiece) : 1;

    /// <summary>Works on each piece once, on several at a time.</summary>
    /// <param name="vector">Tells length and device.</param>
    /// <param name="work">Gets the number of the piece, its start and its length; runs without gradients, in a dispose scope of its
    /// own.</param>
    public static void ForEachPiece(Tensor vector, Action<int, long, long> work) => ForEachPiece(vector, [(0, vector.numel())], work);

    /// <summary>Works on each piece of some stretches once, on several at a time.</summary>
    /// <param name="vector">Tells the device.</param>
    /// <param name="stretches">The stretches, each cut into pieces by itself.</param>
    /// <param name="work">Gets the number of the piece, its start and its length; runs without gradients, in a dispose scope of its
    /// own.</param>
    public static void ForEachPiece(Tensor vector, IReadOnlyList<(long Start, long Length)> stretches, Action<int, long, long> work)
    {
        var device = vector.device;
        var size = vector.device_type == DeviceType.CPU ? CachedPiece : Math.Max(1, vector.numel());
        (long Start, long Length)[] pieces =
            [.. stretches.SelectMany(stretch => Enumerable.Range(0, (int)((stretch.Length + size - 1) / size))
                .Select(i => (stretch.Start + (i * size), Math.Min(size, stretch.Length - (i * size)))))];
        var cores = Math.Min(pieces.Length, ComputeThreads.CountFor(device));
        ComputeThreads.RunEach(device, cores, core =>
        {
            using var noGrad = no_grad();
            for (var piece = (int)((long)core * pieces.Length / cores); piece < (int)((core + 1L) * pieces.Length / cores); piece++)
            {
                using var scope = NewDisposeScope();
                work(piece, pieces[piece].Start, pieces[piece].Length);
            }
        });
    }
}
