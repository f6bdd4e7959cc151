using System.Globalization;
using Tat.MLNet.Formats;
using Tat.Samples.Shared;

namespace Tat.Tests.Formats.Corpus;

/// <summary>Something that the product and an independent program say differently of an image.</summary>
internal sealed record Disagreement(string What, string Ours, string Theirs);

/// <summary>Compares what the product says of an image with what an independent program says.</summary>
internal static class CorpusComparison
{
    /// <summary>Of the largest value: values are single precision here, and their scale is in NIfTI.</summary>
    private const double Precision = 1e-6;

    /// <summary>Of a spacing, which headers give with few digits.</summary>
    private const double SpacingPrecision = 1e-3;

    /// <summary>Distances of slices vary within a series, and programs take one or another of them.</summary>
    private const double SlicePrecision = 1e-2;

    /// <summary>Slices that lead farther away from their normal are sheared, as by a tilted gantry; dcm2niix does not keep that.</summary>
    private const double LeastCosine = 0.999;

    private static readonly (int X, int Y, int Z)[] _corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)];

    /// <summary>Compares size, values and spacing, and the geometry where both know it.</summary>
    /// <param name="ours">What <c>inspect</c> says.</param>
    /// <param name="theirs">What the other program says.</param>
    /// <param name="affine">Where our pixels are.</param>
    /// <param name="slicesPerVolume">Our slices of one volume.</param>
    public static IEnumerable<Disagreement> Compare(
        ImageFacts ours, PeerFacts theirs, PatientAffine? affine = null, int slicesPerVolume = 1)
    {
        var size = FormattableString.Invariant($"{ours.Rows} x {ours.Columns} x {ours.Frames}");
        var theirSize = FormattableString.Invariant($"{theirs.Rows} x {theirs.Columns} x {theirs.Frames}");
        if (size != theirSize)
        {
            yield return new("size", size, theirSize);
            yield break;
        }

        var largest = Math.Max(Math.Abs(theirs.Min ?? 0), Math.Abs(theirs.Max ?? 0));
        var geometry = ours.Geometry;
        (string What, double? Ours, double? Theirs, double Tolerance)[] values =
        [
            ("minimum", ours.Min, theirs.Min, theirs.Slack + (Precision * largest)),
            ("maximum", ours.Max, theirs.Max, theirs.Slack + (Precision * largest)),
            ("mean", ours.Mean, theirs.Mean, (theirs.Slack / 4) + (Precision * largest)),
            ("values that are no numbers", ours.NonFinite, theirs.NonFinite, 0),
        ];
        (string What, double? Ours, double? Theirs, double Tolerance)[] spacings =
        [
            ("spacing of rows", geometry.RowSpacing, theirs.RowSpacing, SpacingPrecision * theirs.RowSpacing.GetValueOrDefault()),
            ("spacing of columns", geometry.ColumnSpacing, theirs.ColumnSpacing,
                SpacingPrecision * theirs.ColumnSpacing.GetValueOrDefault()),
            ("spacing of slices", geometry.SliceSpacing, ours.Frames > 1 ? theirs.SliceSpacing : null,
                SlicePrecision * theirs.SliceSpacing.GetValueOrDefault()),
        ];

        // Who writes NIfTI puts 1 where a distance is not known.
        foreach (var (what, our, their, tolerance) in values.Concat(
            spacings.Where(spacing => spacing.Theirs is not null && (spacing.Ours, spacing.Theirs) is not (null, 1))))
        {
            if (our.HasValue != their.HasValue || Math.Abs(our.GetValueOrDefault() - their.GetValueOrDefault()) > tolerance)
            {
                yield return new(what, Text(our), Text(their));
            }
        }

        if (affine is not null && !IsSheared(affine) && theirs.Affine is { } other
            && Distance(affine, other, ours, slicesPerVolume) is var distance && distance > Math.Max(1, (theirs.RowSpacing ?? 0) / 2))
        {
            yield return new("position", affine.ToString(),
                FormattableString.Invariant($"{string.Join(' ', other.Select(number => Text(number)))}; {distance:G4} mm apart"));
        }
    }

    private static bool IsSheared(PatientAffine affine)
    {
        double Along(int row, int axis) => affine[row % 3, axis];
        double[] step = [affine[0, 2], affine[1, 2], affine[2, 2]];
        double[] normal = [.. Enumerable.Range(0, 3)
            .Select(row => (Along(row + 1, 0) * Along(row + 2, 1)) - (Along(row + 2, 0) * Along(row + 1, 1)))];
        double Product(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        return Math.Abs(Product(step, normal)) < LeastCosine * Math.Sqrt(Product(step, step) * Product(normal, normal));
    }

    /// <summary>The largest distance of a corner of the volume from the other program's, in mm; axes may run the other way.</summary>
    private static double Distance(PatientAffine affine, double[] other, ImageFacts size, int slices)
    {
        int[] last = [size.Columns - 1, size.Rows - 1, slices - 1];
        var flips = Enumerable.Range(0, 3)
            .Select(axis => Enumerable.Range(0, 3).Sum(row => affine[row, axis] * other[(4 * row) + axis]) < 0).ToArray();
        return _corners.Max(corner =>
        {
            int[] at = [corner.X * last[0], corner.Y * last[1], corner.Z * last[2]];
            return Math.Sqrt(Enumerable.Range(0, 3).Sum(row => Math.Pow(
                affine[row, 3] - other[(4 * row) + 3]
                + Enumerable.Range(0, 3).Sum(axis =>
                    (affine[row, axis] * at[axis]) - (other[(4 * row) + axis] * (flips[axis] ? last[axis] - at[axis] : at[axis]))), 2)));
        });
    }

    private static string Text(double? number) => number?.ToString("G9", CultureInfo.InvariantCulture) ?? "unknown";
}
