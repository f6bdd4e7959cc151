using System.Security.Cryptography;
using Tat.Torch.Imaging;
using Tat.Torch.Inference.Tiling;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using static TorchSharp.torch;

namespace Tat.Torch.Inference;

/// <summary>Restores images of any size with a <see cref="TatModel"/>.</summary>
/// <remarks>
/// Images are normalised by their task, padded by reflection to multiples of 8, restored, cropped and mapped back. What lies beyond the
/// task's range is clipped for the network, and the difference is added to the result.
/// On a CPU, images take a core each as long as there is one for every core, or where they are small; otherwise an image takes all cores.
/// One core and several round differently, in the last digits; but for that, the result for an image does not depend on what else is in the
/// call. Safe for concurrent calls: images take turns, and between the pieces of a large one, much smaller images of other calls are
/// restored on up to half of the cores.
/// </remarks>
public sealed class Restorer : IImageRestorer
{
    private readonly TatModel _model;
    private readonly RestorerOptions _options;
    private readonly bool _ownsModel;
    private readonly ImageMemory _memory;
    private volatile bool _isDisposed;

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
        _options.Validate();
        var budget = _options.MemoryBudget
            ?? (model.Network.Device.type == TorchSharp.DeviceType.CPU ? SystemMemory.Available() / 2 : long.MaxValue);
        _memory = new(budget, ComputeThreads.CountFor(model.Network.Device));
    }

    /// <inheritdoc/>
    public TaskVocabulary Tasks => _model.Tasks;

    /// <inheritdoc/>
    public ModelCard Card => _model.Card;

    /// <inheritdoc/>
    /// <value>The hash of what <see cref="TatModel.Save(Stream, bool)"/> writes, computed each time.</value>
    public string ModelHash
    {
        get
        {
            using var hash = SHA256.Create();
            using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            {
                _model.Save(stream);
            }

            return $"sha256:{Convert.ToHexStringLower(hash.Hash!)}";
        }
    }

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
        IReadOnlyList<ImageSlice> images, IReadOnlyList<RestorationTask> tasks, IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _model.Network.ThrowIfDisposed();
        cancellationToken = CallCancellation.Or(cancellationToken);
        var accepted = new AcceptedImages(
            images, tasks, (Tasks, Card), _options.MaximumPixels, _options.NonFinite, _options.OnPassThrough);
        var groups = accepted.Indices.GroupBy(i => PaddedSize.For(accepted[i].Height, accepted[i].Width)).ToArray();
        var done = new PixelProgress(progress, groups.Sum(group => (double)group.Key.Pixels * group.Count()));
        foreach (var group in groups)
        {
            foreach (var batch in group.Chunk(
                BatchPlan.CountOf(group.Key.Pixels, ComputeThreads.CountFor(_model.Network.Device), _options.BatchPixels)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                RestoreBatch(group.Key, batch, accepted, done, cancellationToken);
            }
        }

        return accepted.Results;
    }

    /// <summary>Frees the model, where the restorer owns it.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_ownsModel)
        {
            _model.Dispose();
        }
    }

    private void RestoreBatch(PaddedSize size, int[] batch, AcceptedImages images, PixelProgress done, CancellationToken cancellationToken)
    {
        var padded = new float[batch.Length * size.Pixels];
        for (var i = 0; i < batch.Length; i++)
        {
            var image = images[batch[i]];
            var normalized = new float[image.Pixels.Length];
            images.RangeOf(batch[i]).Normalize(image.Pixels, normalized);
            size.Pad(normalized, image.Height, image.Width, padded.AsSpan(i * size.Pixels, size.Pixels));
        }

        RunNetwork(padded, batch.Length, size, done, cancellationToken);
        var restored = new float[batch.Length][];
        for (var i = 0; i < batch.Length; i++)
        {
            var (image, range) = (images[batch[i]], images.RangeOf(batch[i]));
            restored[i] = new float[image.Pixels.Length];
            size.Crop(padded.AsSpan(i * size.Pixels, size.Pixels), image.Height, image.Width, restored[i]);
            AcceptedImages.CheckRestored(restored[i], batch[i]);
            range.Denormalize(restored[i], restored[i]);
            range.AddBeyond(image.Pixels, restored[i]);
        }

        // Back to another grid, and local means: work on whole images, for which the cores are free now.
        Parallel.For(0, batch.Length, i => images.Complete(batch[i], restored[i]));
    }

    /// <summary>Replaces normalised images by restored ones.</summary>
    private void RunNetwork(float[] images, int count, PaddedSize size, PixelProgress done, CancellationToken cancellationToken)
    {
        var network = _model.Network;
        var bytes = MemoryPlan.BytesFor(network.Options, size.Pixels);
        if (MemoryPlan.TileFor(network.Options, size, _memory.Largest) is { } side)
        {
            using var memory = _memory.Enter(MemoryPlan.BytesFor(network.Options, (long)side * side), 1, cancellationToken);
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
            var apart = BatchPlan.CountApart(network.Options, size, count, cores, _memory.Largest);
            if (apart > 0)
            {
                using var memory = _memory.Enter(bytes, Math.Min(apart, cores), cancellationToken);
                ComputeThreads.RunEach(network.Device, apart, i =>
                {
                    Run(i, 1);
                    MemoryAllocator.CountImage();
                }, cancellationToken, size.Pixels);
            }

            for (var i = apart; i < count; i++)
            {
                using var memory = _memory.Enter(bytes, 1, cancellationToken);
                ComputeThreads.Run(network.Device, () => Run(i, 1), cancellationToken, size.Pixels);
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
