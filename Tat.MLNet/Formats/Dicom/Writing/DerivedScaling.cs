using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>How the values of a derived series are stored: in which quantity, and how finely.</summary>
internal sealed class DerivedScaling
{
    private const string Hounsfield = "HU";

    /// <summary>The grid of the slices of each rescale; <see langword="null"/> where each slice has its own.</summary>
    private readonly Dictionary<(double Slope, double Intercept), Quantizer>? _grids;
    private readonly bool _asUptake;

    private DerivedScaling(Dictionary<(double Slope, double Intercept), Quantizer>? grids, bool asUptake, bool isDifference) =>
        (_grids, _asUptake, IsDifference) = (grids, asUptake, isDifference);

    /// <summary>Whether values are differences to the source, or margins: about zero, and zero where the source is padding.</summary>
    public bool IsDifference { get; }

    /// <summary>
    /// Chooses the scaling of a series: HU as integers, PET by slice, all others on a grid that is finer than the source's, one for all
    /// slices of one rescale, so that no slice is stored in the coarse steps of another one.
    /// </summary>
    /// <param name="scan">The source.</param>
    /// <param name="deidentified">Whether what SUV is computed of is removed: then SUV itself are stored.</param>
    public static DerivedScaling Of(DicomScan scan, bool deidentified)
    {
        var asUptake = deidentified && scan.Modality == "PT" && scan.Unit == "SUV";
        return new(scan.Unit == Hounsfield || scan.Modality == "PT" ? null : Grids(scan), asUptake, false);
    }

    /// <summary>The scaling of a series of differences or margins.</summary>
    public DerivedScaling ForDifference() =>
        new(_grids?.ToDictionary(grid => grid.Key, grid => grid.Value with { Intercept = 0 }), _asUptake, true);

    /// <summary>What restored values are multiplied by to be stored.</summary>
    public double FromUnit(DicomSlice slice) => _asUptake ? 1 : 1 / slice.Quantity.Factor;

    /// <summary>What stored values are multiplied by to be in the unit of the source.</summary>
    public double ToUnit(DicomSlice slice) => _asUptake ? 1 : slice.Quantity.Factor;

    /// <summary>What modality values of the source are multiplied by to be in the unit that is stored.</summary>
    public double FromModality(DicomSlice slice) => _asUptake ? slice.Quantity.Factor : 1;

    /// <summary>Chooses slope and intercept.</summary>
    public Quantizer Choose(DicomSlice slice, double[] values)
    {
        if (slice.Quantity.Unit == Hounsfield)
        {
            var fitted = GridOf(slice)!.Value.Fit(values);
            return fitted.Slope == 1 ? fitted : Quantizer.ForSlice(values);
        }

        return GridOf(slice)?.Fit(values) ?? Quantizer.ForSlice(values);
    }

    /// <summary>
    /// Whether padding lies beyond the grid of the image, as 65535 does in HU: it would cost the pixels their steps, and is stored apart.
    /// </summary>
    public bool IsPaddingApart(DicomSlice slice) => slice.Padding is { } padding && GridOf(slice) is { } grid
        && (!grid.Holds(slice.Transform.Apply(padding.Lowest)) || !grid.Holds(slice.Transform.Apply(padding.Highest)));

    /// <summary>Says in which quantity PET is stored, and how a difference is looked at.</summary>
    public void DescribeQuantity(DicomDataSet dataSet)
    {
        if (_asUptake)
        {
            dataSet.SetText(Tags.Units, DicomVr.CS, "GML");
            dataSet.SetText(Tags.SuvType, DicomVr.CS, "BW");
        }

        // Windows of the source would show nothing of values in another unit, or about zero.
        if (_asUptake || IsDifference)
        {
            dataSet.RemoveEverywhere((_, tag) => tag == Tags.WindowCenter || tag == Tags.WindowWidth || tag == Tags.WindowExplanation
                || tag == Tags.VoiLutFunction || tag == Tags.FrameVoiLutSequence);
        }

        if (IsDifference)
        {
            if (dataSet.GetString(Tags.Modality) == "CT")
            {
                dataSet.SetText(Tags.WindowCenter, DicomVr.DS, "0");
                dataSet.SetText(Tags.WindowWidth, DicomVr.DS, 200.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>The grid that values are to lie on; <see langword="null"/> where each slice has its own.</summary>
    private Quantizer? GridOf(DicomSlice slice) =>
        slice.Quantity.Unit == Hounsfield ? IsDifference ? new Quantizer(1, 0) : Quantizer.ForHounsfield(slice.Transform)
            : _grids?[RescaleOf(slice)];

    private static Dictionary<(double Slope, double Intercept), Quantizer> Grids(DicomScan scan)
    {
        var largest = new Dictionary<(double Slope, double Intercept), double>();
        for (var i = 0; i < scan.SliceCount; i++)
        {
            var rescale = RescaleOf(scan.Slices[i]);
            var found = largest.GetValueOrDefault(rescale);
            foreach (var value in scan.ReadSlice(i).Pixels)
            {
                found = float.IsFinite(value) ? Math.Max(found, Math.Abs(value - rescale.Intercept)) : found;
            }

            largest[rescale] = found;
        }

        return largest.ToDictionary(found => found.Key, found => GridOf(found.Key.Slope, found.Key.Intercept, found.Value));
    }

    private static Quantizer GridOf(double slope, double intercept, double largest) =>
        Quantizer.ForSeries(slope != 0 ? slope : DecimalString.Round(Math.Max(largest, 1e-30) / 16384), intercept, largest);

    /// <summary>Slope and intercept of the source; zeros for a table or floating-point numbers, which have no grid of their own.</summary>
    private static (double Slope, double Intercept) RescaleOf(DicomSlice slice) =>
        slice.Transform.IsTable || slice.Layout.Floating ? (0, 0) : (slice.Transform.Slope, slice.Transform.Intercept);
}
