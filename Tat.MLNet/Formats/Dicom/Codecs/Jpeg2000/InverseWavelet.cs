using System.Numerics;
using System.Runtime.InteropServices;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;

/// <summary>A level of the inverse wavelet transform (annex F): joins four bands into the next resolution.</summary>
internal static class InverseWavelet
{
    /// <summary>Joins four bands.</summary>
    /// <param name="area">The resolution that they make.</param>
    /// <param name="low">The resolution below.</param>
    /// <param name="highX">Details along rows.</param>
    /// <param name="highY">Details along columns.</param>
    /// <param name="highXY">Details along both.</param>
    public static T[] Join<T, TWavelet>(Area area, T[] low, T[] highX, T[] highY, T[] highXY)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        var (width, height) = ((int)area.Width, (int)area.Height);
        var (oddX, oddY) = ((int)(area.X0 & 1), (int)(area.Y0 & 1));
        var joined = new T[width * height];
        var lowWidth = (width + 1 - oddX) / 2;
        for (var y = 0; y < height; y++)
        {
            var (left, right) = ((y + oddY) & 1) == 0 ? (low, highX) : (highY, highXY);
            var line = joined.AsSpan(y * width, width);
            Interleave(left.AsSpan(y / 2 * lowWidth, lowWidth), line, oddX);
            Interleave(right.AsSpan(y / 2 * (width - lowWidth), width - lowWidth), line, 1 - oddX);
            LiftLine<T, TWavelet>(line, oddX);
        }

        LiftRows<T, TWavelet>(joined, width, height, oddY);
        return joined;
    }

    private static void Interleave<T>(ReadOnlySpan<T> from, Span<T> to, int start)
    {
        foreach (var value in from)
        {
            to[start] = value;
            start += 2;
        }
    }

    private static void LiftLine<T, TWavelet>(Span<T> line, int odd)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        if (line.Length == 1)
        {
            line[0] = TWavelet.Single(line[0], odd == 1);
            return;
        }

        for (var step = 0; step < TWavelet.Steps; step++)
        {
            var first = (step ^ odd) & 1;
            for (var x = first; x < line.Length; x += 2)
            {
                // Beyond its ends a line is mirrored.
                var before = x > 0 ? line[x - 1] : line[1];
                var after = x + 1 < line.Length ? line[x + 1] : line[x - 1];
                line[x] = TWavelet.Lift(step, line[x], before, after);
            }
        }
    }

    private static void LiftRows<T, TWavelet>(T[] samples, int width, int height, int odd)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        if (height == 1)
        {
            foreach (ref var sample in samples.AsSpan())
            {
                sample = TWavelet.Single(sample, odd == 1);
            }

            return;
        }

        Span<T> Row(int y) => samples.AsSpan(y * width, width);
        for (var step = 0; step < TWavelet.Steps; step++)
        {
            for (var y = (step ^ odd) & 1; y < height; y += 2)
            {
                LiftRow<T, TWavelet>(step, Row(y), Row(y > 0 ? y - 1 : 1), Row(y + 1 < height ? y + 1 : y - 1));
            }
        }
    }

    private static void LiftRow<T, TWavelet>(int step, Span<T> row, ReadOnlySpan<T> before, ReadOnlySpan<T> after)
        where T : struct
        where TWavelet : IWavelet<T>
    {
        var vectors = MemoryMarshal.Cast<T, Vector<T>>(row);
        var vectorsBefore = MemoryMarshal.Cast<T, Vector<T>>(before);
        var vectorsAfter = MemoryMarshal.Cast<T, Vector<T>>(after);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = TWavelet.Lift(step, vectors[i], vectorsBefore[i], vectorsAfter[i]);
        }

        for (var x = vectors.Length * Vector<T>.Count; x < row.Length; x++)
        {
            row[x] = TWavelet.Lift(step, row[x], before[x], after[x]);
        }
    }
}
