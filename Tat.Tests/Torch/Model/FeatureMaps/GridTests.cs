using CsCheck;
using Tat.Torch.Model.FeatureMaps;
using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Tests.Model.Layers;

[TestClass]
public sealed class GridTests
{
    [TestMethod]
    public void Pieces_cover_a_map_once_and_are_told_apart_where_they_meet() =>
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 300], Gen.Int[1, 64], Gen.Bool).Sample((height, width, columns, allCores) =>
        {
            if (allCores)
            {
                ComputeThreads.Run(CPU, () => Check(new(height, width, columns)));
            }
            else
            {
                Check(new(height, width, columns));
            }

            void Check(Grid grid)
            {
                var seen = new int[height, width];
                var pieces = Enumerable.Range(0, grid.Pieces).Select(i => grid[i]).ToArray();
                foreach (var (rows, stretch) in pieces)
                {
                    for (var y = rows.Start; y < rows.Start + rows.Length; y++)
                    {
                        for (var x = stretch.Start; x < stretch.Start + stretch.Length; x++)
                        {
                            seen[y, x]++;
                        }
                    }
                }

                Assert.IsTrue(seen.Cast<int>().All(count => count == 1));
                for (var start = 0; start < width; start += 1 + (width / 5))
                {
                    var cell = new WindowAxis.Cell(start, Math.Min(1 + (width / 3), width - start));
                    var meeting = Enumerable.Range(0, grid.Pieces).Where(i => grid[i].Columns.Common(cell).Length > 0).ToArray();
                    CollectionAssert.AreEquivalent(
                        Enumerable.Range(0, grid.CountWith(cell)).ToArray(), meeting.Select(i => grid.IndexWith(cell, i)).ToArray());
                }
            }
        }, iter: 300);
}
