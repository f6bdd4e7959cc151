using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

[TestClass]
public sealed class ValidatorTests
{
    [TestMethod]
    public void Images_are_spread_over_all_volumes_and_over_the_slices_of_each()
    {
        var source = new Volumes(RestorationTask.Mri, [30, 1, 9]);
        var result = Measure([source], 7);
        CollectionAssert.AreEqual(
            new[] { ("0", 3), ("1", 1), ("2", 3) }, result.Volumes.Select(volume => (volume.Volume, volume.Restored.Images)).ToArray());
        CollectionAssert.AreEquivalent(new[] { 5, 15, 25, 30, 32, 35, 38 }, source.Asked.Distinct().ToArray());
    }

    [TestMethod]
    public void More_volumes_than_images_are_taken_at_even_distances()
    {
        var source = new Volumes(RestorationTask.Mri, [.. Enumerable.Repeat(1, 10)]);
        Assert.HasCount(2, Measure([source], 2).Volumes);
        CollectionAssert.AreEquivalent(new[] { 2, 7 }, source.Asked.Distinct().ToArray());
    }

    [TestMethod]
    public void The_gain_is_that_over_the_degraded_images_and_each_task_counts_the_same()
    {
        var result = Measure([new Volumes(RestorationTask.Ct, [8]), new Volumes(RestorationTask.Mri, [1])], 8);
        var gains = result.Volumes.Select(volume => volume.Restored.Psnr - volume.Input.Psnr).ToArray();
        Assert.AreEqual(gains.Average(), result.MeanGain, 1e-9);
        Assert.IsGreaterThan(1, result.MeanGain);
    }

    private static ValidationResult Measure(IPairSource[] sources, int images)
    {
        var tasks = new TaskVocabulary(sources.Select(source => source.Task));
        var validator = new Validator(PairPool.Group(sources, tasks, 0), images);
        validator.Prepare(_ => Assert.Fail("nothing to tell"), default);
        return validator.Measure(new Halver(tasks), 1, _ => { }, null, default);
    }

    /// <summary>Degraded images are twice the references, so that half of them is better.</summary>
    private sealed class Volumes(RestorationTask task, int[] slices) : IPairSource
    {
        public List<int> Asked { get; } = [];

        public RestorationTask Task => task;

        public int Count => slices.Sum();

        public string VolumeOf(int index)
        {
            var volume = 0;
            for (; index >= slices[volume]; volume++)
            {
                index -= slices[volume];
            }

            return $"{volume}";
        }

        public ImagePair Read(int index)
        {
            Asked.Add(index);
            float[] high = [.. Enumerable.Range(0, 256).Select(i => (float)((i + index) % 50))];
            return new(new([.. high.Select(value => 2 * value)], 16, 16), new(high, 16, 16), $"{index}");
        }
    }

    private sealed class Halver(TaskVocabulary tasks) : IImageRestorer
    {
        public TaskVocabulary Tasks => tasks;

        public ModelCard Card { get; } = new();

        public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> imageTasks,
            IProgress<double>? progress = null, CancellationToken cancellationToken = default) =>
            [.. images.Select(image => new ImageSlice([.. image.Pixels.Select(value => 0.6f * value)], image.Height, image.Width))];

        public void Dispose()
        {
        }
    }
}
