using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Serving;

/// <summary>
/// Restores images for many callers at once: pools the prediction engines of one loaded model, and can change the model while it serves.
/// </summary>
/// <remarks>
/// Safe for concurrent use. Register it with <c>services.AddTatRestoration</c>, or create it yourself. What it does is counted and traced
/// under the names of <see cref="TatTelemetry"/>; logs, counts and traces hold no file names and nothing of images.
/// </remarks>
public sealed partial class RestorationPool : IDisposable
{
    // More pixels need more than a moment.
    private const long MostOfMoment = 512 * 512;

    private readonly TatRestorationOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _longSlots;
    private readonly Lock _reloading = new();
    private readonly ILogger _logger;
    private readonly ModelWatch? _watch;
    private ServedModel? _current;

    /// <summary>Loads the model.</summary>
    /// <param name="options">What to serve.</param>
    /// <param name="logger">Is told of models that are loaded or refused, and of restorations that fail; <see langword="null"/> for
    /// none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    /// <exception cref="FileNotFoundException">There is no model at <see cref="TatRestorationOptions.ModelPath"/>.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, restores no images, or has other columns than
    /// <see cref="ImageInput"/> and <see cref="RestoredImage"/>.</exception>
    public RestorationPool(TatRestorationOptions options, ILogger<RestorationPool>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = logger ?? NullLogger<RestorationPool>.Instance;
        _slots = new(options.MaximumConcurrency);
        _longSlots = new(options.MaximumScans);
        _current = Load(options.ModelPath);
        _watch = options.ReloadWhenChanged ? new(options.ModelPath, TryReload) : null;
    }

    /// <summary>What the served model is and how it was made.</summary>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public ModelCard Card => Current.Restorer.Card;

    /// <summary>The tasks that the served model has learnt.</summary>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public TaskVocabulary Tasks => Current.Restorer.Tasks;

    /// <summary>Which model exactly is served, as results name it; <see langword="null"/> where that is not known.</summary>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public string? ModelHash => Current.Restorer.ModelHash;

    private ServedModel Current
    {
        get
        {
            var model = Volatile.Read(ref _current);
            ObjectDisposedException.ThrowIf(model is null, this);
            return model;
        }
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
        using var call = BeginImage(input);
        return call.Observe(() =>
        {
            slots.Wait(cancellationToken);
            try
            {
                call.Start();
                return WithModel(model => model.Restore(input), cancellationToken);
            }
            finally
            {
                slots.Release();
            }
        });
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
        return RunAsync(BeginImage(input), slots, model => model.Restore(input), cancellationToken);
    }

    /// <summary>
    /// Changes the model. It is loaded before the old one is given up; calls that have begun end with the old one, calls that begin
    /// afterwards get the new one, and the old one is freed after its last call. Where loading fails, the old model goes on serving.
    /// </summary>
    /// <param name="modelPath">The new model file; <see langword="null"/> to load the same path again.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, restores no images, or has other columns than
    /// <see cref="ImageInput"/> and <see cref="RestoredImage"/>.</exception>
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
        _watch?.Dispose();
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
        return (long)input.Height * input.Width > MostOfMoment ? _longSlots : _slots;
    }

    private ServingCall BeginImage(ImageInput input) =>
        new(_logger, "image", Known(input.Task)) { Pixels = (long)input.Height * input.Width };

    /// <summary>The name of a task as the model has it: what callers write beside that is not told to others.</summary>
    private string? Known(string? task) =>
        task is not null && Volatile.Read(ref _current)?.Restorer.Tasks.TryGet(task, out var known) == true ? known.Name : null;

    private async Task<T> RunAsync<T>(ServingCall call, SemaphoreSlim slots, Func<ServedModel, T> work, CancellationToken cancellationToken)
    {
        using (call)
        {
            return await call.ObserveAsync(async () =>
            {
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    call.Start();
                    return await Task.Run(() => WithModel(work, cancellationToken), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    slots.Release();
                }
            }).ConfigureAwait(false);
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
        try
        {
            var model = ServedModel.Load(path, _options);
            var restorer = model.Restorer;
            ServingLog.ModelLoaded(_logger, restorer.Card.Title, restorer.ModelHash, string.Join(", ", restorer.Tasks));
            TatTelemetry.ModelLoads.Add(1, new KeyValuePair<string, object?>("tat.outcome", "ok"));
            return model;
        }
        catch (Exception problem)
        {
            ServingLog.ModelRefused(_logger, path, problem);
            TatTelemetry.ModelLoads.Add(1, new KeyValuePair<string, object?>("tat.outcome", problem.GetType().Name));
            throw;
        }
    }

    /// <summary>Reloads the watched file; why that fails is in the log, and the old model goes on.</summary>
    private void TryReload()
    {
        try
        {
            Reload();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException
            or InvalidOperationException or FormatException or NotSupportedException or ObjectDisposedException)
        {
        }
    }
}
