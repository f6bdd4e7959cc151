namespace Tat.Torch.Inference;

/// <summary>Adds up what several threads have done, and reports the share of all.</summary>
/// <param name="progress">Is told the share, or <see langword="null"/>.</param>
/// <param name="total">Pixels in all.</param>
internal sealed class PixelProgress(IProgress<double>? progress, double total)
{
    private readonly Lock _lock = new();
    private double _done;

    /// <summary>Adds pixels, or the worth of them, and reports.</summary>
    public void Add(double pixels)
    {
        lock (_lock)
        {
            _done += pixels;
            progress?.Report(Math.Min(1, _done / total));
        }
    }
}
