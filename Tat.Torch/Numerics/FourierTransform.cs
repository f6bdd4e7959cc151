using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Tat.Torch.Numerics;

/// <summary>
/// The discrete Fourier transform of one length: radix 2 for powers of two (Cooley and Tukey 1965), the chirp transform for any other
/// (Bluestein 1970).
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class FourierTransform
{
    private readonly int _length;
    private readonly int[] _reversed = [];

    /// <summary>cos and −sin of 2πk/span for each stage, one after the other: the stage of half-span h starts at h − 1.</summary>
    private readonly double[] _cosines = [];
    private readonly double[] _sines = [];

    private readonly FourierTransform? _convolution;
    private readonly double[] _chirpRe = [];
    private readonly double[] _chirpIm = [];
    private readonly double[] _kernelRe = [];
    private readonly double[] _kernelIm = [];

    /// <summary>Prepares transforms of <paramref name="length"/> samples.</summary>
    public FourierTransform(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _length = length;
        if (BitOperations.IsPow2(length))
        {
            _reversed = BitReversal(length);
            (_cosines, _sines) = Twiddles(length);
            return;
        }

        (_chirpRe, _chirpIm) = Chirp(length);
        _convolution = new((int)BitOperations.RoundUpToPowerOf2((uint)((2 * length) - 1)));
        (_kernelRe, _kernelIm) = (new double[_convolution._length], new double[_convolution._length]);
        for (var k = 0; k < length; k++)
        {
            var mirrored = (_convolution._length - k) % _convolution._length;
            _kernelRe[k] = _kernelRe[mirrored] = _chirpRe[k];
            _kernelIm[k] = _kernelIm[mirrored] = -_chirpIm[k];
        }

        _convolution.Forward(_kernelRe, _kernelIm);
    }

    /// <summary>Transforms in place: X[k] = Σ x[n]·e^(−2πi·kn/N).</summary>
    public void Forward(Span<double> re, Span<double> im)
    {
        if (_convolution is null)
        {
            PowerOfTwo(re, im);
        }
        else
        {
            AnyLength(re, im, _convolution);
        }
    }

    /// <summary>The inverse of <see cref="Forward"/>, in place.</summary>
    public void Inverse(Span<double> re, Span<double> im)
    {
        // Swapping the parts conjugates before and after, up to a factor of i that cancels.
        Forward(im, re);
        for (var i = 0; i < _length; i++)
        {
            re[i] /= _length;
            im[i] /= _length;
        }
    }

    private void PowerOfTwo(Span<double> re, Span<double> im)
    {
        for (var i = 0; i < _length; i++)
        {
            var j = _reversed[i];
            if (i < j)
            {
                (re[i], re[j]) = (re[j], re[i]);
                (im[i], im[j]) = (im[j], im[i]);
            }
        }

        for (var half = 1; half < _length; half *= 2)
        {
            var cosines = _cosines.AsSpan(half - 1, half);
            var sines = _sines.AsSpan(half - 1, half);
            for (var start = 0; start < _length; start += 2 * half)
            {
                Butterflies(re.Slice(start, half), im.Slice(start, half), re.Slice(start + half, half), im.Slice(start + half, half),
                    cosines, sines);
            }
        }
    }

    private static void Butterflies(Span<double> evenRe, Span<double> evenIm, Span<double> oddRe, Span<double> oddIm,
        ReadOnlySpan<double> cosines, ReadOnlySpan<double> sines)
    {
        if (evenRe.Length >= Vector<double>.Count)
        {
            var eRe = Lanes(evenRe);
            var eIm = Lanes(evenIm);
            var oRe = Lanes(oddRe);
            var oIm = Lanes(oddIm);
            var c = MemoryMarshal.Cast<double, Vector<double>>(cosines);
            var s = MemoryMarshal.Cast<double, Vector<double>>(sines);
            for (var k = 0; k < eRe.Length; k++)
            {
                var productRe = (oRe[k] * c[k]) - (oIm[k] * s[k]);
                var productIm = (oRe[k] * s[k]) + (oIm[k] * c[k]);
                oRe[k] = eRe[k] - productRe;
                oIm[k] = eIm[k] - productIm;
                eRe[k] += productRe;
                eIm[k] += productIm;
            }

            return;
        }

        for (var k = 0; k < evenRe.Length; k++)
        {
            var productRe = (oddRe[k] * cosines[k]) - (oddIm[k] * sines[k]);
            var productIm = (oddRe[k] * sines[k]) + (oddIm[k] * cosines[k]);
            oddRe[k] = evenRe[k] - productRe;
            oddIm[k] = evenIm[k] - productIm;
            evenRe[k] += productRe;
            evenIm[k] += productIm;
        }
    }

    private void AnyLength(Span<double> re, Span<double> im, FourierTransform convolution)
    {
        var size = convolution._length;
        var rented = ArrayPool<double>.Shared.Rent(2 * size);
        try
        {
            var workRe = rented.AsSpan(0, size);
            var workIm = rented.AsSpan(size, size);
            workRe.Clear();
            workIm.Clear();
            Multiply(re, im, _chirpRe, _chirpIm, workRe, workIm);
            convolution.Forward(workRe, workIm);
            Multiply(workRe, workIm, _kernelRe, _kernelIm, workRe, workIm);
            convolution.Inverse(workRe, workIm);
            Multiply(workRe[.._length], workIm[.._length], _chirpRe, _chirpIm, re, im);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    private static void Multiply(ReadOnlySpan<double> aRe, ReadOnlySpan<double> aIm, ReadOnlySpan<double> bRe, ReadOnlySpan<double> bIm,
        Span<double> re, Span<double> im)
    {
        for (var i = 0; i < aRe.Length; i++)
        {
            (re[i], im[i]) = ((aRe[i] * bRe[i]) - (aIm[i] * bIm[i]), (aRe[i] * bIm[i]) + (aIm[i] * bRe[i]));
        }
    }

    private static Span<Vector<double>> Lanes(Span<double> values) => MemoryMarshal.Cast<double, Vector<double>>(values);

    private static int[] BitReversal(int length)
    {
        var reversed = new int[length];
        for (var i = 1; i < length; i++)
        {
            reversed[i] = (reversed[i / 2] / 2) + ((i & 1) * (length / 2));
        }

        return reversed;
    }

    private static (double[] Cosines, double[] Sines) Twiddles(int length)
    {
        var (cosines, sines) = (new double[length - 1], new double[length - 1]);
        for (var half = 1; half < length; half *= 2)
        {
            for (var k = 0; k < half; k++)
            {
                cosines[half - 1 + k] = Math.Cos(Math.PI * k / half);
                sines[half - 1 + k] = -Math.Sin(Math.PI * k / half);
            }
        }

        return (cosines, sines);
    }

    private static (double[] Re, double[] Im) Chirp(int length)
    {
        var (re, im) = (new double[length], new double[length]);
        for (var k = 0; k < length; k++)
        {
            // k² modulo 2N keeps the angle small, and so exact.
            var angle = Math.PI * ((long)k * k % (2L * length)) / length;
            (re[k], im[k]) = (Math.Cos(angle), -Math.Sin(angle));
        }

        return (re, im);
    }
}
