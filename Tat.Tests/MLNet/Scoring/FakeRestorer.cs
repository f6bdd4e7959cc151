using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scoring;

/// <summary>Doubles each pixel and adds the position of the task; remembers how many images each call had.</summary>
internal sealed class FakeRestorer(TaskVocabulary? tasks = null) : IImageRestorer
{
    private readonly List<int> _calls = [];

    public int[] Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public bool IsDisposed { get; private set; }

    public TaskVocabulary Tasks { get; } = tasks ?? TaskVocabulary.Paper;

    public ModelCard Card { get; init; } = new();

    public IReadOnlyList<ImageSlice> Restore(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Assert.HasCount(images.Count, tasks);
        lock (_calls)
        {
            _calls.Add(images.Count);
        }

        return images.Any(image => image.Pixels.Any(pixel => !float.IsFinite(pixel)))
            ? throw new InvalidDataException("an image has a value that is not finite")
            : [.. images.Zip(tasks, (image, task) =>
                new ImageSlice([.. image.Pixels.Select(pixel => (2 * pixel) + Tasks.IndexOf(task.Name))], image.Height, image.Width))];
    }

    public void Dispose() => IsDisposed = true;
}

internal sealed class FakeTransformer(FakeRestorer restorer, int batchSize = 4, RestorationColumns? columns = null)
    : RestorationTransformer(restorer, columns ?? new(), batchSize)
{
    private protected override void Save(ModelSaveContext context) => throw new NotSupportedException();
}
