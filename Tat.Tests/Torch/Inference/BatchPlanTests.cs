using CsCheck;
using Tat.Torch.Inference;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class BatchPlanTests
{
    private static readonly Gen<(int Height, int Width)[]> _sizes = Gen.Select(
        Gen.Int[1, 3], Gen.Int[1, 3], (height, width) => (height * 64, width * 64)).Array[0, 60];

    [TestMethod]
    public void Batches_keep_the_order_hold_one_size_and_are_as_large_as_the_plan_allows() => _sizes.Sample(sizes =>
    {
        var batches = BatchPlan.OfEqualSize(sizes.Index(), item => item.Item).ToList();
        CollectionAssert.AreEqual(
            Enumerable.Range(0, sizes.Length).ToArray(), batches.SelectMany(batch => batch).Select(item => item.Index).ToArray());
        for (var i = 0; i < batches.Count; i++)
        {
            var size = batches[i][0].Item;
            var most = BatchPlan.CountOf(size.Height * size.Width, Environment.ProcessorCount);
            Assert.IsTrue(batches[i].TrueForAll(item => item.Item == size));
            Assert.IsLessThanOrEqualTo(most, batches[i].Count);
            Assert.IsTrue(i == batches.Count - 1 || batches[i].Count == most || batches[i + 1][0].Item != size,
                "A batch ends before it is full.");
        }
    });

    [TestMethod]
    public void Groups_side_by_side_occupy_no_more_than_the_cores_and_their_memory() => _sizes.Sample(sizes =>
    {
        const long budget = 256 * 256;
        static long BytesOf((int Index, (int Height, int Width) Item) item) => item.Item.Height * item.Item.Width;
        var groups = BatchPlan.SideBySide(sizes.Index(), BytesOf, budget).ToList();
        CollectionAssert.AreEqual(
            Enumerable.Range(0, sizes.Length).ToArray(), groups.SelectMany(group => group).Select(item => item.Index).ToArray());
        foreach (var group in groups)
        {
            Assert.IsLessThanOrEqualTo(Environment.ProcessorCount, group.Count);
            Assert.IsTrue(group.Count == 1 || group.Sum(BytesOf) <= budget);
        }
    });
}
