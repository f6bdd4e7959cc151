using System.Numerics;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Packets;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;

/// <summary>An inverse wavelet transform, in lifting steps that change even samples and odd ones in turn.</summary>
/// <typeparam name="T">The type of coefficients.</typeparam>
internal interface IWavelet<T>
    where T : struct
{
    static abstract int Steps { get; }

    /// <summary>A coefficient from its double in quantization steps, and half the size of a step.</summary>
    static abstract T Dequantize(int twice, float halfStep);

    /// <summary>A sample of the image.</summary>
    static abstract int Round(T sample);

    /// <summary>A sample after a step, from its neighbours of the other kind.</summary>
    static abstract T Lift(int step, T sample, T before, T after);

    static abstract Vector<T> Lift(int step, Vector<T> sample, Vector<T> before, Vector<T> after);

    /// <summary>The sample of a line that has only one.</summary>
    /// <param name="sample">Its coefficient.</param>
    /// <param name="isOdd">Whether that is one of details.</param>
    static abstract T Single(T sample, bool isOdd);
}

/// <summary>The 5/3 transform of integers (section F.3.8.2).</summary>
internal readonly struct ReversibleWavelet : IWavelet<int>
{
    public static int Steps => 2;

    public static int Dequantize(int twice, float halfStep) => twice / 2;

    public static int Round(int sample) => sample;

    public static int Lift(int step, int sample, int before, int after) =>
        step == 0 ? sample - ((before + after + 2) >> 2) : sample + ((before + after) >> 1);

    public static Vector<int> Lift(int step, Vector<int> sample, Vector<int> before, Vector<int> after) => step == 0
        ? sample - Vector.ShiftRightArithmetic(before + after + new Vector<int>(2), 2)
        : sample + Vector.ShiftRightArithmetic(before + after, 1);

    public static int Single(int sample, bool isOdd) => isOdd ? sample / 2 : sample;
}

/// <summary>
/// The 9/7 transform (section F.3.8.1). Its scaling of even and odd samples is part of the quantization steps: see <see cref="ScaleOf"/>.
/// </summary>
internal readonly struct IrreversibleWavelet : IWavelet<float>
{
    /// <summary>By how much even samples are scaled, and odd ones divided (table F.4).</summary>
    private const double Scale = 1.230174104914001;

    private static readonly float[] _factors = [-0.443506852043971f, -0.882911075530934f, 0.052980118572961f, 1.586134342059924f];

    public static int Steps => 4;

    public static float Dequantize(int twice, float halfStep) => twice * halfStep;

    public static int Round(float sample) => (int)MathF.Round(sample);

    public static float Lift(int step, float sample, float before, float after) => sample + (_factors[step] * (before + after));

    public static Vector<float> Lift(int step, Vector<float> sample, Vector<float> before, Vector<float> after) =>
        sample + (_factors[step] * (before + after));

    /// <summary>A single sample is not scaled.</summary>
    public static float Single(float sample, bool isOdd) => isOdd ? sample * (float)(Scale / 2) : sample / (float)Scale;

    /// <summary>The product of all scalings of a band, its own and those on the way to the highest resolution.</summary>
    public static double ScaleOf(Band band)
    {
        var even = (band.IsHighX ? 0 : 1) + (band.IsHighY ? 0 : 1);
        return band.Level == 0 ? 1 : Math.Pow(Scale, (2 * (band.Level - 1)) + (2 * even) - 2);
    }
}
