using Tat.MLNet.Scans;

namespace Tat.Samples.Shared;

/// <summary>What <c>inspect</c> tells of an image; values are physical ones, over all slices.</summary>
internal sealed record ImageFacts(
    string File, string? Series, string Format, string? Modality, int Rows, int Columns, int Frames, string? Unit,
    double? Min, double? Max, double? Mean, double? Std, long NonFinite, ImageGeometry Geometry)
{
    /// <summary>What a restoration would refuse or warn of.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads an image slice by slice.</summary>
    public static ImageFacts Of(ScanSource source, CancellationToken cancellationToken)
    {
        using var scan = source.OpenSlices();
        var check = new ScanCheck(source, scan);
        var (minimum, maximum) = (double.PositiveInfinity, double.NegativeInfinity);
        var (count, nonFinite, sum, squares, shift) = (0L, 0L, 0.0, 0.0, double.NaN);
        for (var i = 0; i < scan.SliceCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var slice = scan.ReadSlice(i);
            check.Add(slice);
            foreach (var value in slice.Pixels)
            {
                if (!float.IsFinite(value))
                {
                    nonFinite++;
                    continue;
                }

                // Sums about the first value: squares of large offsets would cost the digits of the deviation.
                shift = double.IsNaN(shift) ? value : shift;
                var difference = value - shift;
                (minimum, maximum) = (Math.Min(minimum, value), Math.Max(maximum, value));
                sum += difference;
                squares += difference * difference;
                count++;
            }
        }

        var mean = sum / count;
        return new(source.Path, source.SeriesInstanceUid, scan.Format.Name, scan.Modality, scan.Rows, scan.Columns, scan.SliceCount,
            scan.Unit,
            count > 0 ? minimum : null, count > 0 ? maximum : null, count > 0 ? shift + mean : null,
            count > 0 ? Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))) : null, nonFinite,
            new(scan.RowSpacing, scan.ColumnSpacing, scan.SliceSpacing, scan.Properties))
        {
            Warnings = check.Findings,
        };
    }
}

/// <summary>Distances in mm, and what else the format records.</summary>
internal sealed record ImageGeometry(
    double? RowSpacing, double? ColumnSpacing, double? SliceSpacing, IReadOnlyDictionary<string, string> Properties);
