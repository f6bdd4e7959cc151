using System.Collections.Concurrent;
using Tat.Torch.Training.Optimization;
using static TorchSharp.torch;

namespace Tat.Tests.Training;

[TestClass]
public sealed class LongVectorsTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(65_536)]
    [DataRow(65_537)]
    [DataRow(1_000_000)]
    public void Each_value_is_worked_on_once(int length)
    {
        using var scope = NewDisposeScope();
        var vector = zeros(length);
        var pieces = new ConcurrentBag<int>();
        LongVectors.ForEachPiece(vector, (piece, start, count) =>
        {
            vector.narrow(0, start, count).add_(1);
            pieces.Add(piece);
        });
        Assert.IsTrue(vector.data<float>().All(value => value == 1));
        CollectionAssert.AreEqual(Enumerable.Range(0, LongVectors.Pieces(vector)).ToArray(), pieces.Order().ToArray());
    }
}
