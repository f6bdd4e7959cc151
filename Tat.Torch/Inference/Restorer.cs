using Tat.Torch.Imaging;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Torch.Inference;

/// <summary>Restores images of any size with a <see cref="TatModel"/>.</summary>
/// <remarks>
/// Images are normalised by their task, padded by reflection to multiples of 8, restored, cropped and mapped back. What lies beyond the task's range is clipped for
/// the network, and the difference is added to the result.
/// On a CPU, images take a core each as long as there is one for every core, or where they are small; otherwise an image takes all cores. One core and several round
/// differently, in the last digits; but for that, the result for an image does not depend on what else is in the call. Safe for concurrent calls.
/// </remarks>
public sealed class Restorer : IImageRestorer
{
    private readonly TatModel _model;
    private readonly RestorerOptions _options;
    private readonly bool _ownsModel;
    private readonly BudgetGate _memory;

    /// <summary>Creates a restorer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How to work; <see langword="null"/> for the defaults.</param>
    /// <param name="ownsModel">Whether the model is disposed with the restorer.</param>
    public Restorer(TatModel model, RestorerOptions? options = null, bool ownsModel = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new RestorerOptions();
        _ownsModel = ownsModel;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchPixels, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MemoryBudget ?? 1, 1, nameof(options));
        _memory = new(_options.MemoryBudget ?? (model.Network.Device.type == TorchSharp.DeviceType.CPU ? SystemMemory.Available() / 2 : long.MaxValue));
    }

    /// <inheritdoc/>
    public TaskVocabulary Tasks => _model.Tasks;

    /// <inheritdoc/>
    public ModelCard Card => _model.Card;

    /// <summary>Restores an image.</summary>
    /// <param name="image">The image, in the task's unit.</param>
    /// <param name="task">Its task, one of <see cref="Tasks"/>.</param>
    /// <returns>An image of the same size and unit; what lies beyond the task's range is not restored, and passes through.</returns>
    /// <exception cref="ArgumentException">The model has not learnt the task.</exception>
    /// <exception cref="InvalidDataException">The image has a NaN or infinite value, and the options say to throw.</exception>
    public ImageSlice Restore(ImageSlice image, RestorationTask task) => Restore([image], [task])[0];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The lists differ in length, or the model has not learnt a task.</exception>
    public IReadOnlyList<ImageSlice> Restore(
        IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(tasks);
        if (images.Count != tasks.Count)
        {
            throw new ArgumentException($"{images.Count} images came with {tasks.Count} tasks; give one task per image.", nameof(tasks));
        }

        var known = tasks.Select(Known).ToArray();
        var results = new ImageSlice[images.Count];
        var fitted = new FittedImages(images, known, Enumerable.Range(0, images.Count).Where(i => Accept(images[i], i, results)), results);
        var groups = fitted.Indices.GroupBy(i => PaddedSize.For(fitted[i].Height, fitted[i].Width)).ToArray();
        var done = new PixelProgress(progress, groups.Sum(group => (double)group.Key.Pixels * group.Count()));
        foreach (var group in groups)
        {
            foreach (var batch in group.Chunk(Math.Max(ComputeThreads.CountFor(_model.Network.Device), _options.BatchPixels / group.Key.Pixels)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                RestoreBatch(group.Key, batch, fitted, known, results, done, cancellationToken);
            }
        }

        fitted.PutBack(results);
        return results;
    }

    /// <summary>Frees the model, where the restorer owns it.</summary>
    public void Dispose()
    {
        if (_ownsModel)
        {
            _model.Dispose();
        }
    }

    /// <summary>The model's own task of that name: its normalisation is the one that the network has learnt.</summary>
    private RestorationTask Known(RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Tasks.TryGet(task.Name, out var known)
            ? known
            : throw new ArgumentException($"The model has not learnt the task '{task.Name}'; it knows {string.Join(", ", Tasks.Select(learnt => learnt.Name))}.", nameof(task));
    }

    private bool Accept(ImageSlice image, int index, ImageSlice[] results)
    {
        var position = Array.FindIndex(image.Pixels, value => !float.IsFinite(value));
        if (position < 0)
        {
            return true;
        }

        if (_options.NonFinite == NonFiniteHandling.Throw)
        {
            throw new InvalidDataException(
                $"Image {index} has the value {image.Pixels[position]} at row {position / image.Width}, column {position % image.Width}; replace values that are not finite, or set {nameof(RestorerOptions.NonFinite)} to {nameof(NonFiniteHandling.PassThrough)}.");
        }

        results[index] = image;
        _options.OnPassThrough?.Invoke(image);
        return false;
    }

    private void RestoreBatch(PaddedSize size, int[] batch, FittedImages images, RestorationTask[] tasks, ImageSlice[] results, PixelProgress done, CancellationToken cancellationToken)
    {
        var padded = new float[batch.Length * size.Pixels];
        var ranges = batch.Select(index => tasks[index].RangeOf(images[index])).ToArray();
        for (var i = 0; i < batch.Length; i++)
        {
            var image = images[batch[i]];
            var normalized = new float[image.Pixels.Length];
            ranges[i].Normalize(image.Pixels, normalized);
            size.Pad(normalized, image.Height, image.Width, padded.AsSpan(i * size.Pixels, size.Pixels));
        }

        RunNetwork(padded, batch.Length, size, done, cancellationToken);
        for (var i = 0; i < batch.Length; i++)
        {
            var image = images[batch[i]];
            var restored = new float[image.Pixels.Length];
            size.Crop(padded.AsSpan(i * size.Pixels, size.Pixels), image.Height, image.Width, restored);
            FiniteValues.CheckRestored(restored, batch[i]);
            ranges[i].Denormalize(restored, restored);
            ranges[i].AddBeyond(image.Pixels, restored);
            results[batch[i]] = new ImageSlice(restored, image.Height, image.Width);
        }
    }

    /// <summary>Replaces normalised images by restored ones.</summary>
    private void RunNetwork(float[] images, int count, PaddedSize size, PixelProgress done, CancellationToken cancellationToken)
    {
        var network = _model.Network;
        var bytes = MemoryPlan.BytesFor(network.Options, size.Pixels);
        if (MemoryPlan.TileFor(network.Options, size, _memory.Budget) is { } side)
        {
            using var memory = _memory.Enter(MemoryPlan.BytesFor(network.Options, (long)side * side), cancellationToken);
            var tiled = new TiledImage(network, size, side, MemoryPlan.Overlap);
            for (var i = 0; i < count; i++)
            {
                tiled.Run(images.AsMemory(i * size.Pixels, size.Pixels), share => done.Add(share * size.Pixels), cancellationToken);
            }
        }
        else if (network.Device.type != TorchSharp.DeviceType.CPU)
        {
            Run(0, count);
        }
        else
        {
            var cores = ComputeThreads.CountFor(network.Device);
            var apart = MemoryPlan.CountApart(network.Options, size, count, cores, _memory.Budget);
            if (apart > 0)
            {
                using var memory = _memory.Enter(bytes * Math.Min(apart, cores), cancellationToken);
                ComputeThreads.RunEach(network.Device, apart, i =>
                {
                    Run(i, 1);
                    MemoryAllocator.CountImage();
                }, cancellationToken);
            }

            for (var i = apart; i < count; i++)
            {
                using var memory = _memory.Enter(bytes, cancellationToken);
                ComputeThreads.Run(network.Device, () => Run(i, 1), cancellationToken);
            }
        }

        void Run(int first, int number)
        {
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            var batch = images.AsMemory(first * size.Pixels, number * size.Pixels);
            var input = tensor(batch, [number, 1, size.Height, size.Width], device: network.Device);
            var output = network.forward(input).cpu().contiguous();
            output.data<float>().CopyTo(batch.Span);
            done.Add(batch.Length);
        }
    }
}
