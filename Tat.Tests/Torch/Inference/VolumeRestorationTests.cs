using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Inference;

[TestClass]
public sealed class VolumeRestorationTests
{
    [TestMethod]
    public void Slices_come_back_in_order_with_progress()
    {
        var slices = Slices(9, 200, 200);
        var reports = new List<double>();
        var restored = new Doubler().RestoreVolume(slices, RestorationTask.Mri, new Reporter(reports.Add)).ToArray();
        CollectionAssert.AreEqual(reports.Order().ToArray(), reports);
        Assert.AreEqual(9, reports[^1]);
        Assert.IsTrue(reports.Contains(0.5 * Math.Min(9, Environment.ProcessorCount)), "half of the first batch");
        CollectionAssert.AreEqual(
            slices.Select(slice => 2 * slice.Pixels[0]).ToArray(), restored.Select(slice => slice.Pixels[0]).ToArray());
    }

    [TestMethod]
    public void Small_slices_of_one_size_share_a_call()
    {
        var restorer = new Doubler();
        _ = restorer.RestoreVolume(Slices(6, 100, 100).Concat(Slices(1, 90, 100)), RestorationTask.Mri).Count();
        CollectionAssert.AreEqual(new[] { 6, 1 }, restorer.Calls.ToArray());
    }

    [TestMethod]
    public void Large_slices_come_as_many_as_there_are_cores()
    {
        var restorer = new Doubler();
        _ = restorer.RestoreVolume(Slices((2 * Environment.ProcessorCount) + 1, 300, 300), RestorationTask.Mri).Count();
        CollectionAssert.AreEqual(new[] { Environment.ProcessorCount, Environment.ProcessorCount, 1 }, restorer.Calls.ToArray());
    }

    [TestMethod]
    public void Nothing_happens_before_slices_are_asked_for_and_reading_stays_a_few_ahead()
    {
        var read = 0;
        var volume = new Doubler().RestoreVolume(Slices(100, 256, 256).Select(slice =>
        {
            Interlocked.Increment(
            ref read); return slice;
        }), RestorationTask.Mri);
        Assert.AreEqual(0, read);
        using (var taken = volume.GetEnumerator())
        {
            Assert.IsTrue(taken.MoveNext());
        }

        // Taken, restored and read: a batch in each hand and two in each queue.
        Assert.IsLessThanOrEqualTo(7 * Environment.ProcessorCount, read);
    }

    [TestMethod]
    public void A_failure_of_reading_or_restoring_reaches_the_caller()
    {
        var broken = Slices(3, 256, 256).Concat(Enumerable.Range(0, 1).Select(ImageSlice (_) => throw new IOException("cut off")));
        Assert.ThrowsExactly<IOException>(() => new Doubler().RestoreVolume(broken, RestorationTask.Mri).Count());

        var bad = Slices(3 * Environment.ProcessorCount, 256, 256);
        bad[Environment.ProcessorCount].Pixels[0] = float.NaN;
        var error = Assert.ThrowsExactly<InvalidDataException>(() => new Doubler().RestoreVolume(bad, RestorationTask.Mri).Count());
        Assert.AreEqual($"Of the slices from number {Environment.ProcessorCount} on: NaN", error.Message);
        Assert.ThrowsExactly<KeyNotFoundException>(() =>
            new Doubler().RestoreVolume(bad, new RestorationTask("US", "echo", "dB", new(0, 1))));
    }

    [TestMethod]
    public void A_volume_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (var slice in new Doubler().RestoreVolume(Slices(50, 256, 256), RestorationTask.Mri, cancellationToken: cancel.Token))
            {
                seen++;
                cancel.Cancel();
            }
        });
        Assert.AreEqual(1, seen);
    }

    private static ImageSlice[] Slices(int count, int height, int width) =>
        [.. Enumerable.Range(0, count).Select(i => new ImageSlice([.. Enumerable.Repeat((float)i, height * width)], height, width))];

    /// <summary>Doubles pixels, in place of a model.</summary>
    private sealed class Doubler : IImageRestorer
    {
        public List<int> Calls { get; } = [];

        public TaskVocabulary Tasks => TaskVocabulary.Paper;

        public ModelCard Card { get; } = new();

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Calls.Add(images.Count);
            progress?.Report(0.5);
            progress?.Report(1);
            return images.Any(image => float.IsNaN(image.Pixels[0]))
                ? throw new InvalidDataException("NaN")
                : [.. images.Select(image => new ImageSlice([.. image.Pixels.Select(value => 2 * value)], image.Height, image.Width))];
        }

        public void Dispose()
        {
        }
    }
}
