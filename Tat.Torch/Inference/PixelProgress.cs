namespace Tat.Torch.Inference;

/// <summary>Adds up what several threads have done, and reports the share of all.</summary>
internal sealed class PixelProgress
{
    private readonly Lock _lock = new();
    private readonly IProgress<double>? _progress;
    private readonly double _total;
    private double _done;

    /// <summary>Begins; where there is nothing to do, all is done.</summary>
    /// <param name="progress">Is told the share, or <see langword="null"/>.</param>
    /// <param name="total">Pixels in all.</param>
    public PixelProgress(IProgress<double>? progress, double total)
    {
        (_progress, _total) = (progress, total);
        if (total == 0)
        {
            progress?.Report(1);
        }
    }

    /// <summary>Adds pixels, or the worth of them, and reports.</summary>
    public void Add(double pixels)
    {
        lock (_lock)
        {
            _done += pixels;
            _progress?.Report(Math.Min(1, _done / _total));
        }
    }
}
