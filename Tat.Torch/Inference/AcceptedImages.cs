using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>What a restorer is asked to do, once it has been checked: the same for all that runs a model.</summary>
internal sealed class AcceptedImages
{
    private readonly IReadOnlyList<ImageSlice> _images;
    private readonly RestorationTask[] _tasks;
    private readonly ImageSlice[] _fitted;
    private readonly ModelCard _card;

    /// <summary>
    /// Checks images and their tasks, and brings the images to the grids on which the model sees them. Images with values that are not
    /// finite are refused, or are their own result, as are those that have nothing to restore.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="tasks">Their tasks.</param>
    /// <param name="model">The tasks that the model has learnt, and its card.</param>
    /// <param name="maximumPixels">Pixels that an image may have.</param>
    /// <param name="nonFinite">What happens to images with values that are not finite.</param>
    /// <param name="onPassThrough">Is told of those that pass through.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or the model has not learnt a task.</exception>
    /// <exception cref="InvalidDataException">An image has more pixels than it may, or a NaN or infinite value and is not to pass
    /// through.</exception>
    public AcceptedImages(IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks,
        (TaskVocabulary Tasks, ModelCard Card) model, int maximumPixels, NonFiniteHandling nonFinite, Action<ImageSlice>? onPassThrough)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tasks);
        if (images.Count != tasks.Count)
        {
            throw new ArgumentException(
                $"{MessageText.Amount(images.Count, "image")} came with {MessageText.Amount(tasks.Count, "task")}; give each image its "
                    + "task.",
                nameof(tasks));
        }

        _images = images;
        _tasks = [.. tasks.Select(task => Known(task, model.Tasks))];
        _card = model.Card;
        _fitted = new ImageSlice[images.Count];
        SizeLimit.Check(images, maximumPixels);
        Results = new ImageSlice[images.Count];
        var finite = new List<int>(images.Count);
        for (var i = 0; i < images.Count; i++)
        {
            if (FiniteValues.FindOther(images[i]) is not { } problem)
            {
                finite.Add(i);
                continue;
            }

            if (nonFinite == NonFiniteHandling.Throw)
            {
                throw new InvalidDataException($"Image {i} has {problem}; replace values that are not finite, or set the option "
                    + $"{nameof(RestorerOptions.NonFinite)} to {nameof(NonFiniteHandling.PassThrough)}.");
            }

            Results[i] = images[i];
            onPassThrough?.Invoke(images[i]);
        }

        // To another grid by Fourier transforms of whole images.
        Parallel.ForEach(finite, i =>
        {
            if (NetworkGrid.Fit(images[i], _tasks[i]) is { } fitted)
            {
                _fitted[i] = fitted;
            }
            else
            {
                Results[i] = images[i];
            }
        });
        Indices = [.. finite.Where(i => Results[i] is null)];
    }

    /// <summary>The images that are to be restored.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>The result for each image; those to be restored are still missing.</summary>
    public ImageSlice[] Results { get; }

    /// <summary>An image that is to be restored, on the grid on which the model sees it.</summary>
    public ImageSlice this[int index] => _fitted[index];

    /// <summary>What the model normalises an image over.</summary>
    public IntensityRange RangeOf(int index) => _tasks[index].RangeOf(_fitted[index]);

    /// <summary>Takes what the model has made of an image, as the result on the image's own grid.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="pixels">On the grid on which the model sees it, in the unit of the image.</param>
    public void Complete(int index, float[] pixels)
    {
        var fitted = _fitted[index];
        var result = NetworkGrid.PutBack(new(pixels, fitted.Height, fitted.Width), fitted, _images[index]);
        Results[index] = ResultChanges.KeepMeans(_images[index], result, _card, _tasks[index]);
    }

    /// <summary>Checks what the model has made of an image, before anything clips it.</summary>
    /// <param name="pixels">As the model has made them.</param>
    /// <param name="index">Of which image.</param>
    /// <exception cref="InvalidDataException">A value is NaN or infinite.</exception>
    public static void CheckRestored(ReadOnlySpan<float> pixels, int index)
    {
        if (FiniteValues.FindOther(pixels, pixels.Length) is not null)
        {
            throw new InvalidDataException($"The model turned image {index} into values that are not numbers, although those of the image "
                + "are finite. Its weights are damaged, or not those of a trained network. Use another model.");
        }
    }

    /// <summary>The model's own task of that name: its normalisation is the one that the network has learnt.</summary>
    private static RestorationTask Known(RestorationTask task, TaskVocabulary known)
    {
        ArgumentNullException.ThrowIfNull(task);
        return known.TryGet(task.Name, out var own)
            ? own
            : throw new ArgumentException(
                $"The model has not learnt the task '{task.Name}'; it knows {string.Join(", ", known)}.", nameof(task));
    }
}
