using Tat.Torch.Model.Contracts;

namespace Tat.Torch.Inference.Tiling;

/// <summary>One axis of an image cut into overlapping tiles of equal length; all positions are multiples of 8.</summary>
internal sealed class TileAxis
{
    /// <summary>Cuts an axis.</summary>
    /// <param name="length">Its length, a multiple of 8.</param>
    /// <param name="tile">Length of a tile, a multiple of 8; the whole axis where that is shorter.</param>
    /// <param name="overlap">Least overlap of neighbours, below <paramref name="tile"/>.</param>
    public TileAxis(int length, int tile, int overlap)
    {
        Length = length;
        Tile = Math.Min(tile, length);
        var count = length <= tile ? 1 : ((length - overlap - 1) / (tile - overlap)) + 1;
        Starts = [.. Enumerable.Range(0, count)
            .Select(i =>
                count == 1 ? 0 : (int)((long)i * (length - Tile) / (count - 1) / NetworkPlan.SizeMultiple * NetworkPlan.SizeMultiple))];
        Weights = Gaussian(Tile);
    }

    public int Length { get; }

    /// <summary>Length of each tile.</summary>
    public int Tile { get; }

    /// <summary>Where the tiles begin; the last ends at the end of the axis.</summary>
    public int[] Starts { get; }

    /// <summary>How much each position of a tile counts where tiles overlap: most in the middle.</summary>
    public float[] Weights { get; }

    /// <summary>
    /// The stretch that a tile has for itself when the axis is shared out among the tiles: it ends in the middle of each overlap.
    /// </summary>
    public (int Start, int End) Share(int tile) => (Border(tile), tile == Starts.Length - 1 ? Length : Border(tile + 1));

    /// <summary>For each position the sum of the weights of the tiles that cover it.</summary>
    public float[] WeightSums()
    {
        var sums = new float[Length];
        foreach (var start in Starts)
        {
            for (var i = 0; i < Tile; i++)
            {
                sums[start + i] += Weights[i];
            }
        }

        return sums;
    }

    private int Border(int tile) =>
        tile == 0 ? 0 : (Starts[tile] + Starts[tile - 1] + Tile) / 2 / NetworkPlan.SizeMultiple * NetworkPlan.SizeMultiple;

    /// <summary>A standard deviation of an eighth of the tile, as in MONAI's sliding-window inference.</summary>
    private static float[] Gaussian(int length)
    {
        var (centre, deviation) = ((length - 1) / 2.0, length / 8.0);
        return [.. Enumerable.Range(0, length).Select(i => (float)Math.Exp(-0.5 * Math.Pow((i - centre) / deviation, 2)))];
    }
}
