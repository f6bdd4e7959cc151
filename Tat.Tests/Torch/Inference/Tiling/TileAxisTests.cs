using CsCheck;
using Tat.Torch.Inference.Tiling;

namespace Tat.Tests.Inference.Tiling;

[TestClass]
public sealed class TileAxisTests
{
    [TestMethod]
    public void Tiles_cover_the_axis_and_share_it_out() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[9, 60], Gen.Int[0, 8]).Sample((length, tile, overlap) =>
        {
            var axis = new TileAxis(8 * length, 8 * tile, 8 * overlap);
            Assert.AreEqual(0, axis.Starts[0]);
            Assert.AreEqual(8 * length, axis.Starts[^1] + axis.Tile);
            Assert.IsTrue(axis.Starts.All(start => start % 8 == 0));
            Assert.IsTrue(axis.Starts.Zip(axis.Starts.Skip(1))
                .All(pair => pair.First < pair.Second && pair.First + axis.Tile - pair.Second >= (8 * overlap)), "overlap");
            Assert.IsTrue(axis.WeightSums().All(sum => sum > 1e-4));

            var end = 0;
            for (var i = 0; i < axis.Starts.Length; i++)
            {
                var share = axis.Share(i);
                Assert.AreEqual(end, share.Start);
                Assert.IsTrue(share.Start >= axis.Starts[i] && share.End <= axis.Starts[i] + axis.Tile && share.Start % 8 == 0);
                end = share.End;
            }

            Assert.AreEqual(8 * length, end);
        });

    [TestMethod]
    [DataRow(128)]
    [DataRow(512)]
    [DataRow(1024)]
    public void Where_neighbouring_tiles_differ_the_blend_has_a_slope_and_no_seam(int tile)
    {
        // Tiles of the values 0, 1, 0, 1, …
        var axis = new TileAxis(4096, tile, MemoryPlan.Overlap);
        var blended = new float[axis.Length];
        for (var i = 0; i < axis.Starts.Length; i++)
        {
            for (var x = 0; x < axis.Tile; x++)
            {
                blended[axis.Starts[i] + x] += axis.Weights[x] * (i % 2);
            }
        }

        var sums = axis.WeightSums();
        var steps = Enumerable.Range(1, axis.Length - 1).Select(x => Math.Abs((blended[x] / sums[x]) - (blended[x - 1] / sums[x - 1])));
        Assert.IsLessThan(0.08f, steps.Max());
    }
}
