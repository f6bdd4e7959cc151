using Tat.Torch.Numerics;

namespace Tat.Torch.Degradation.Tomography;

/// <summary>
/// Filtered back-projection of parallel-beam data with a ramp filter (Kak and Slaney, Principles of Computerized Tomographic Imaging, 1988)
/// under a Hann window.
/// </summary>
/// <remarks>
/// The window ends at the Nyquist frequency of the pixels in every view, so that resolution and noise are the same in all directions.
/// </remarks>
internal sealed class FilteredBackProjection
{
    private const int ViewsPerBlock = 16;

    private readonly ParallelBeam _beam;
    private readonly double _pixelSpacing;
    private readonly FourierTransform _transform;
    private readonly double[] _ramp;
    private readonly int _length;

    public FilteredBackProjection(ParallelBeam beam, double pixelSpacing)
    {
        (_beam, _pixelSpacing) = (beam, pixelSpacing);
        _length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)((2 * beam.Bins) - 1));
        _transform = new(_length);
        _ramp = BandLimitedRamp(_length, _transform);
    }

    /// <summary>Reconstructs.</summary>
    /// <param name="sinogram">Views × bins of line integrals; overwritten with the filtered ones.</param>
    /// <param name="image">Rows × columns; receives the reconstruction, per mm.</param>
    public void Reconstruct(float[] sinogram, Span<float> image)
    {
        var views = _beam.AllViews.Length;
        _beam.ForEach((views + ViewsPerBlock - 1) / ViewsPerBlock, block =>
        {
            var work = (new double[_length], new double[_length], new double[(_length / 2) + 1]);
            for (var view = block * ViewsPerBlock; view < Math.Min(views, (block + 1) * ViewsPerBlock); view++)
            {
                Filter(sinogram.AsSpan(view * _beam.Bins, _beam.Bins), _beam.BinSpacing(view), work);
            }
        });
        var weights = new float[views];
        Array.Fill(weights, (float)(Math.PI / views));
        _beam.BackProject(sinogram, image, _beam.AllViews, weights);
    }

    private void Filter(Span<float> line, double binSpacing, (double[] Re, double[] Im, double[] Window) work)
    {
        var (re, im, window) = work;
        Array.Clear(re);
        Array.Clear(im);
        for (var i = 0; i < line.Length; i++)
        {
            re[i] = line[i];
        }

        _transform.Forward(re, im);
        FillHann(window, binSpacing);
        for (var k = 0; k <= _length / 2; k++)
        {
            var gain = _ramp[k] * window[k] / binSpacing;
            re[k] *= gain;
            im[k] *= gain;
            if (k is > 0 && k < _length / 2)
            {
                re[_length - k] *= gain;
                im[_length - k] *= gain;
            }
        }

        _transform.Inverse(re, im);
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = (float)re[i];
        }
    }

    /// <summary>½ + ½·cos(π f / f_N) with f_N = 1 / (2 · pixel spacing), by the recurrence of the cosine.</summary>
    private void FillHann(double[] window, double binSpacing)
    {
        var step = Math.PI * 2 * _pixelSpacing / (_length * binSpacing);
        var (sine, cosine) = Math.SinCos(step);
        var (currentSine, current) = (0.0, 1.0);
        for (var k = 0; k < window.Length; k++)
        {
            window[k] = k * step < Math.PI ? 0.5 + (0.5 * current) : 0;
            (current, currentSine) = ((current * cosine) - (currentSine * sine), (currentSine * cosine) + (current * sine));
        }
    }

    /// <summary>
    /// The transform of the ramp's band-limited impulse response in units of bins: ¼ at 0, −1/(πn)² at odd n. Sampling |f| itself would
    /// shift the mean of the image.
    /// </summary>
    private static double[] BandLimitedRamp(int length, FourierTransform transform)
    {
        var (re, im) = (new double[length], new double[length]);
        re[0] = 0.25;
        for (var n = 1; n < length / 2; n += 2)
        {
            re[n] = re[length - n] = -1 / (Math.PI * n * Math.PI * n);
        }

        transform.Forward(re, im);
        return re;
    }
}
