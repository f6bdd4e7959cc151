using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tat.Torch.Degradation.Tomography;

/// <summary>Line integrals through an image along parallel rays, and the exact adjoint.</summary>
/// <remarks>
/// Joseph's method (IEEE TMI 1982): along its main axis a ray takes from each row (or column) of pixels the value between the two nearest
/// ones, weighted linearly. The bins of a view are spaced by pixel spacing × max(|cos θ|, |sin θ|), as in the linogram (Edholm and Herman,
/// IEEE TMI 1987). A row then meets neighbouring bins at neighbouring pixels with one weight for all, so that projecting a row is adding
/// it, shifted: two multiply-adds per pixel on contiguous memory, and the adjoint likewise. Sums are taken in an order that does not depend
/// on the number of threads. Safe for concurrent use.
/// </remarks>
internal sealed class ParallelBeam
{
    private const int ViewsPerBlock = 8;
    private const int RowsPerBand = 16;

    /// <summary>Pixels × views below which starting threads takes longer than they save.</summary>
    private const long SerialWork = 1_000_000;

    private readonly int _height;
    private readonly int _width;
    private readonly bool _onOneCore;
    private readonly View[] _views;
    private readonly float[] _pathLengths;

    /// <summary>Lays out the views θ = π·i/<paramref name="views"/>.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm.</param>
    /// <param name="views">Number of views over half a turn.</param>
    /// <param name="onOneCore">Whether all is done by the calling thread.</param>
    public ParallelBeam(int height, int width, double pixelSpacing, int views, bool onOneCore = false)
    {
        (_height, _width, _onOneCore) = (height, width, onOneCore);
        Bins = height + width;
        _views = [.. Enumerable.Range(0, views).Select(view => View.At(Math.PI * view / views, height, width, pixelSpacing))];
        _pathLengths = [.. _views.Select(view => (float)view.PathLength)];
        AllViews = [.. Enumerable.Range(0, views)];
    }

    /// <summary>Bins of a view; the centre of the image falls on the middle.</summary>
    public int Bins { get; }

    /// <summary>The index of every view.</summary>
    public int[] AllViews { get; }

    /// <summary>Distance in mm between the bins of a view.</summary>
    public double BinSpacing(int view) => _views[view].BinSpacing;

    /// <summary>Projects an image.</summary>
    /// <param name="image">Rows × columns, per mm.</param>
    /// <param name="sinogram">Views × bins; the lines of <paramref name="views"/> receive the line integrals.</param>
    /// <param name="views">The views to take.</param>
    public void Project(ReadOnlySpan<float> image, float[] sinogram, int[] views)
    {
        var rows = Padded(image, transpose: false);
        var columns = Padded(image, transpose: true);
        var blocks = views.Where(view => !_views[view].AlongColumns).Chunk(ViewsPerBlock)
            .Concat(views.Where(view => _views[view].AlongColumns).Chunk(ViewsPerBlock)).ToArray();
        Run(blocks.Length, views.Length, index =>
        {
            var block = blocks[index];
            var along = _views[block[0]].AlongColumns;
            ProjectBlock(along ? columns : rows, along ? _width : _height, along ? _height : _width, sinogram, block);
        });
    }

    /// <summary>
    /// The transpose of <see cref="Project"/>: spreads each bin over the pixels that it was taken from, with the same weights.
    /// </summary>
    public void ProjectAdjoint(float[] sinogram, Span<float> image, int[] views) => BackProject(sinogram, image, views, _pathLengths);

    /// <summary>
    /// Adds to each pixel the value of each view at the pixel's position, interpolated linearly, times the view's weight.
    /// </summary>
    /// <param name="sinogram">Views × bins.</param>
    /// <param name="image">Rows × columns; receives the sums.</param>
    /// <param name="views">The views to take.</param>
    /// <param name="weights">A factor for each view of the whole set.</param>
    public void BackProject(float[] sinogram, Span<float> image, int[] views, float[] weights)
    {
        var rows = BackProjectLines(sinogram, [.. views.Where(view => !_views[view].AlongColumns)], weights, _height, _width);
        var columns = BackProjectLines(sinogram, [.. views.Where(view => _views[view].AlongColumns)], weights, _width, _height);
        for (var row = 0; row < _height; row++)
        {
            for (var column = 0; column < _width; column++)
            {
                image[(row * _width) + column] = rows[(row * _width) + column] + columns[(column * _height) + row];
            }
        }
    }

    /// <summary>
    /// Does a part of work on the sinogram for each of 0 … <paramref name="count"/> − 1, on all cores unless the scan is to keep to one.
    /// </summary>
    public void ForEach(int count, Action<int> body)
    {
        if (!_onOneCore)
        {
            Parallel.For(0, count, body);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            body(i);
        }
    }

    /// <summary>Projects lines × (length + 2) padded pixels onto a few views that share their main axis.</summary>
    private void ProjectBlock(float[] padded, int lines, int length, float[] sinogram, int[] block)
    {
        foreach (var view in block)
        {
            sinogram.AsSpan(view * Bins, Bins).Clear();
        }

        for (var line = 0; line < lines; line++)
        {
            var source = padded.AsSpan(line * (length + 2), length + 2);
            foreach (var view in block)
            {
                var (start, fraction) = _views[view].Meet(line, length, Bins);
                AddShifted(sinogram.AsSpan((view * Bins) + start, length + 1), source, 1 - fraction, fraction);
            }
        }

        foreach (var view in block)
        {
            foreach (ref var bin in sinogram.AsSpan(view * Bins, Bins))
            {
                bin *= _pathLengths[view];
            }
        }
    }

    private float[] BackProjectLines(float[] sinogram, int[] views, float[] weights, int lines, int length)
    {
        var pixels = new float[lines * length];
        var bands = (lines + RowsPerBand - 1) / RowsPerBand;
        Run(bands, views.Length, band =>
        {
            foreach (var view in views)
            {
                for (var line = band * RowsPerBand; line < Math.Min(lines, (band + 1) * RowsPerBand); line++)
                {
                    var (start, fraction) = _views[view].Meet(line, length, Bins);
                    AddShifted(pixels.AsSpan(line * length, length), sinogram.AsSpan((view * Bins) + start, length + 1),
                        weights[view] * fraction, weights[view] * (1 - fraction));
                }
            }
        });
        return pixels;
    }

    /// <summary>target[i] += first·source[i] + second·source[i + 1].</summary>
    private static void AddShifted(Span<float> target, ReadOnlySpan<float> source, float first, float second)
    {
        ref var from = ref MemoryMarshal.GetReference(source[..(target.Length + 1)]);
        ref var to = ref MemoryMarshal.GetReference(target);
        var (a, b) = (new Vector<float>(first), new Vector<float>(second));
        var i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var sum = (Vector.LoadUnsafe(ref from, (nuint)i) * a) + (Vector.LoadUnsafe(ref from, (nuint)i + 1) * b);
            (Vector.LoadUnsafe(ref to, (nuint)i) + sum).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < target.Length; i++)
        {
            Unsafe.Add(ref to, i) += (Unsafe.Add(ref from, i) * first) + (Unsafe.Add(ref from, i + 1) * second);
        }
    }

    /// <summary>The image (or its transpose) with a zero before and after each line.</summary>
    private float[] Padded(ReadOnlySpan<float> image, bool transpose)
    {
        var (lines, length) = transpose ? (_width, _height) : (_height, _width);
        var padded = new float[lines * (length + 2)];
        for (var line = 0; line < lines; line++)
        {
            var target = padded.AsSpan((line * (length + 2)) + 1, length);
            if (!transpose)
            {
                image.Slice(line * length, length).CopyTo(target);
                continue;
            }

            for (var i = 0; i < length; i++)
            {
                target[i] = image[(i * _width) + line];
            }
        }

        return padded;
    }

    private void Run(int count, int views, Action<int> body)
    {
        if ((long)_height * _width * views >= SerialWork)
        {
            ForEach(count, body);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            body(i);
        }
    }

    /// <summary>A direction of rays: seen as x cos θ + y sin θ = s, in pixels from the centre of the image.</summary>
    /// <param name="AlongColumns">Whether rays run mostly along rows, so that lines are the image's columns.</param>
    /// <param name="Slope">By how many pixels a ray moves along a line from one line to the next.</param>
    /// <param name="PathLength">Length in mm of a ray between two lines.</param>
    /// <param name="BinSpacing">Distance in mm between rays.</param>
    /// <param name="CentreLine">The line through the centre of the image.</param>
    private readonly record struct View(bool AlongColumns, double Slope, double PathLength, double BinSpacing, double CentreLine)
    {
        public static View At(double angle, int height, int width, double pixelSpacing)
        {
            var (sine, cosine) = Math.SinCos(angle);
            var alongColumns = Math.Abs(sine) > Math.Abs(cosine);
            var (main, other) = alongColumns ? (sine, cosine) : (cosine, sine);
            var centre = ((alongColumns ? width : height) - 1) / 2.0;
            return new(alongColumns, other / main, pixelSpacing / Math.Abs(main), pixelSpacing * Math.Abs(main), centre);
        }

        /// <summary>
        /// Where a line of pixels meets the bins: the first bin, and the weight of the pixel after; bin start + i lies between pixels i − 1
        /// and i.
        /// </summary>
        public (int Start, float Fraction) Meet(int line, int length, int bins)
        {
            var shift = ((length - bins) / 2.0) - ((line - CentreLine) * Slope);
            var floor = Math.Floor(shift);
            return (-(int)floor - 1, (float)(shift - floor));
        }
    }
}
