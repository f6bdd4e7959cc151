using Tat.MLNet.Scans;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.MLNet.Serving;

public sealed partial class RestorationPool
{
    /// <summary>
    /// Restores a whole scan as
    /// <see
    /// cref="ScanRestoration.RestoreScan(IImageRestorer, string, string, ScanRestorationOptions?, IProgress{ScanProgress}?,
    /// CancellationToken)"/>
    /// does, on a thread of the thread pool; waits without a thread while as many scans, or large images, are being restored as the options
    /// allow. Images do not wait for it.
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
        RestoreScanAsync(
            restorer => restorer.RestoreScan(source, destination, options, progress, cancellationToken), options, cancellationToken);

    /// <summary>Restores a whole scan that need not be in files, as the overload for paths does.</summary>
    /// <param name="source">The scan; <see cref="ScanSource.Of"/> makes one of bytes and streams.</param>
    /// <param name="destination">What to write, or with <see cref="Tat.MLNet.Formats.DerivedImageOptions.Output"/> what to call it.</param>
    /// <param name="options">How to restore and write; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Is told of slices that are restored.</param>
    /// <param name="cancellationToken">Ends the waiting, and stops between slices.</param>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public Task<ScanRestorationResult> RestoreScanAsync(
        ScanSource source, string destination, ScanRestorationOptions? options = null, IProgress<ScanProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        RestoreScanAsync(
            restorer => restorer.RestoreScan(source, destination, options, progress, cancellationToken), options, cancellationToken);

    /// <summary>
    /// Restores the slices of a volume, on a thread of the thread pool; waits as a scan does, so that images do not wait for it.
    /// </summary>
    /// <param name="slices">The slices in their order, of any sizes, in the task's unit; they must not change until the task is complete.
    /// They are scaled as one volume (<see cref="VolumeRestoration.AsVolume"/>).</param>
    /// <param name="task">The name of their task.</param>
    /// <param name="progress">Is told the number of slices that are restored; by one thread at a time, not the caller's.</param>
    /// <param name="cancellationToken">Ends the waiting, and the restoring: on a CPU within a layer.</param>
    /// <returns>As many slices of the same sizes, in the same order and unit.</returns>
    /// <exception cref="InvalidDataException">A slice has more pixels than <see cref="TatRestorationOptions.MaximumPixels"/>, a pixel is
    /// not finite, or the model has not learnt the task.</exception>
    /// <exception cref="ObjectDisposedException">The pool has been disposed.</exception>
    public Task<IReadOnlyList<ImageSlice>> RestoreVolumeAsync(
        IReadOnlyList<ImageSlice> slices, string task, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(slices);
        ArgumentNullException.ThrowIfNull(task);
        SizeLimit.Check(slices, _options.MaximumPixels);
        var call = new ServingCall(_logger, "volume", Known(task))
        {
            Pixels = slices.Sum(slice => (long)slice.Pixels.Length),
        };
        return RunAsync(call, _longSlots, model => model.RestoreVolume(slices, task, progress, cancellationToken), cancellationToken);
    }

    private Task<ScanRestorationResult> RestoreScanAsync(
        Func<IImageRestorer, ScanRestorationResult> restore, ScanRestorationOptions? options, CancellationToken cancellationToken) =>
        RunAsync(new(_logger, "scan", Known(options?.Task)), _longSlots, model => restore(model.Restorer), cancellationToken);
}
