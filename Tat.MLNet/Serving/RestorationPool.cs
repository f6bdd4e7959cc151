using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Tat.MLNet.Scans;
using Tat.Torch.Inference;
using Tat.Torch.Pretrained;
using Tat.Torch.Runtime;

namespace Tat.MLNet.Serving;

/// <summary>
/// Restores images for many callers at once: pools the prediction engines of one loaded model, and can change the model while it serves.
/// </summary>
/// <remarks>Safe for concurrent use. Register it with <c>services.AddTatRestoration</c>, or create it yourself.</remarks>
public sealed class RestorationPool : IDisposable
{
    // More pixels need more than a moment.
    private const long MostOfMoment = 512 * 512;

    private readonly TatRestorationOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _longSlot = new(1);
    private readonly Lock _reloading = new();
    private ServedModel? _current;

    /// <summary>Loads the model.</summary>
    /// <param name="options">What to serve.</param>
    /// <exception cref="FileNotFoundException">There is no model at <see cref="TatRestorationOptions.ModelPath"/>.</exception>
    public RestorationPool(TatRestorationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.ModelPath);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumPixels, 1);
        _options = options;
        _slots = new(options.MaximumConcurrency);
        _current = Load(options.ModelPath);
    }

    /// <summary>Restores an image; waits while as many are being restored as the options allow.</summary>
    /// <param name="input">The image.</param>
    /// <param name="cancellationToken">Ends the waiting, and the restoring: on a CPU within a layer.</param>
    /// <exception cref="InvalidDataException">The size does not fit the pixels or is more than
    /// <see cref="TatRestorationOptions.MaximumPixels"/>, a pixel is not finite, or the model has not learnt the task.</exception>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public RestoredImage Restore(ImageInput input, CancellationToken cancellationToken = default)
    {
        var slots = SlotsFor(input);
        slots.Wait(cancellationToken);
        try
        {
            return WithModel(model => model.Restore(input), cancellationToken);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>
    /// Restores an image on a thread of the thread pool; waits without a thread while as many are being restored as the options allow.
    /// </summary>
    /// <param name="input">The image; it must not change until the task is complete.</param>
    /// <param name="cancellationToken">Ends the waiting, and the restoring: on a CPU within a layer.</param>
    /// <exception cref="InvalidDataException">The size does not fit the pixels or is more than
    /// <see cref="TatRestorationOptions.MaximumPixels"/>, a pixel is not finite, or the model has not learnt the task.</exception>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public Task<RestoredImage> RestoreAsync(ImageInput input, CancellationToken cancellationToken = default)
    {
        var slots = SlotsFor(input);
        return RunAsync(slots, model => model.Restore(input), cancellationToken);
    }

    /// <summary>
    /// Restores a whole scan as
    /// <see
    /// cref="ScanRestoration.RestoreScan(IImageRestorer, string, string, ScanRestorationOptions?, IProgress{ScanProgress}?,
    /// CancellationToken)"/>
    /// does, on a thread of the thread pool; waits without a thread while another one, or a large image, is being restored. Images do not
    /// wait for it.
    /// </summary>
    /// <param name="source">An image file, or a folder that holds one scan.</param>
    /// <param name="destination">What to write.</param>
    /// <param name="options">How to restore and write; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Is told of slices that are restored.</param>
    /// <param name="cancellationToken">Ends the waiting, and stops between slices.</param>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public Task<ScanRestorationResult> RestoreScanAsync(
        string source, string destination, ScanRestorationOptions? options = null, IProgress<ScanProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(_longSlot, model => model.Restorer.RestoreScan(source, destination, options, progress, cancellationToken),
            cancellationToken);

    /// <summary>
    /// Changes the model. It is loaded before the old one is given up; calls that have begun end with the old one, calls that begin
    /// afterwards get the new one, and the old one is freed after its last call. Where loading fails, the old model goes on serving.
    /// </summary>
    /// <param name="modelPath">The new model file; <see langword="null"/> to load the same path again.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public void Reload(string? modelPath = null)
    {
        lock (_reloading)
        {
            ObjectDisposedException.ThrowIf(_current is null, this);
            var old = Interlocked.Exchange(ref _current, Load(modelPath ?? _options.ModelPath));
            old?.Release();
        }
    }

    /// <summary>Ends serving; the model is freed after its last call.</summary>
    public void Dispose()
    {
        lock (_reloading)
        {
            Interlocked.Exchange(ref _current, null)?.Release();
        }
    }

    /// <summary>Where an image waits: small ones not for large ones.</summary>
    private SemaphoreSlim SlotsFor(ImageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        SizeLimit.Check("The image", input.Height, input.Width, _options.MaximumPixels);
        return (long)input.Height * input.Width > MostOfMoment ? _longSlot : _slots;
    }

    private async Task<T> RunAsync<T>(SemaphoreSlim slots, Func<ServedModel, T> work, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => WithModel(work, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private T WithModel<T>(Func<ServedModel, T> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var model = Volatile.Read(ref _current);
            ObjectDisposedException.ThrowIf(model is null, this);

            // A model that has just been given up and freed cannot be borrowed; its successor is there already.
            if (model.TryBorrow())
            {
                try
                {
                    return CallCancellation.Call(cancellationToken, () => work(model));
                }
                finally
                {
                    model.Release();
                }
            }
        }
    }

    private ServedModel Load(string path)
    {
        var context = new MLContext { GpuDeviceId = _options.GpuDeviceId, FallbackToCpu = _options.FallbackToCpu };
        return new(context, TatPretrained.IsMeantBy(path) ? context.ImageRestoration.LoadPretrained() : context.Model.Load(path, out _),
            _options.MaximumConcurrency + 1);
    }

    /// <summary>A loaded model, freed when its owner and all borrowers have released it.</summary>
    private sealed class ServedModel
    {
        private readonly ITransformer _model;
        private readonly ObjectPool<PredictionEngine<ImageInput, RestoredImage>> _engines;
        private int _holders = 1;

        public ServedModel(MLContext context, ITransformer model, int engines)
        {
            (_model, Restorer) = (model, context.ImageRestoration.FindRestoration(model).Restorer);
            _engines = new DefaultObjectPoolProvider { MaximumRetained = engines }.Create(new EnginePolicy(context, model));
        }

        public IImageRestorer Restorer { get; }

        public bool TryBorrow()
        {
            var holders = Volatile.Read(ref _holders);
            while (holders > 0)
            {
                var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
                if (seen == holders)
                {
                    return true;
                }

                holders = seen;
            }

            return false;
        }

        public RestoredImage Restore(ImageInput input)
        {
            var engine = _engines.Get();
            try
            {
                return engine.Predict(input);
            }
            finally
            {
                _engines.Return(engine);
            }
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref _holders) == 0)
            {
                (_engines as IDisposable)?.Dispose();
                (_model as IDisposable)?.Dispose();
            }
        }
    }

    private sealed class EnginePolicy(MLContext context, ITransformer model)
        : PooledObjectPolicy<PredictionEngine<ImageInput, RestoredImage>>
    {
        public override PredictionEngine<ImageInput, RestoredImage> Create() =>
            context.Model.CreatePredictionEngine<ImageInput, RestoredImage>(model, new PredictionEngineOptions { OwnsTransformer = false });

        public override bool Return(PredictionEngine<ImageInput, RestoredImage> obj) => true;
    }
}
