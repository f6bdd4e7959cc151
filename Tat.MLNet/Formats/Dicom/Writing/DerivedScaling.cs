using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>How the values of a derived series are stored: in which quantity, and how finely.</summary>
internal sealed class DerivedScaling
{
    private const string Hounsfield = "HU";
    private readonly Quantizer? _series;
    private readonly bool _asUptake;

    private DerivedScaling(Quantizer? series, bool asUptake, bool isDifference) =>
        (_series, _asUptake, IsDifference) = (series, asUptake, isDifference);

    /// <summary>Whether values are differences to the source.</summary>
    public bool IsDifference { get; }

    /// <summary>
    /// Chooses the scaling of a series: HU as integers, PET by slice, all others on one grid that is finer than the source's.
    /// </summary>
    /// <param name="scan">The source.</param>
    /// <param name="deidentified">Whether what SUV is computed of is removed: then SUV itself are stored.</param>
    public static DerivedScaling Of(DicomScan scan, bool deidentified)
    {
        var asUptake = deidentified && scan.Modality == "PT" && scan.Unit == "SUV";
        return scan.Unit == Hounsfield || scan.Modality == "PT" ? new(null, asUptake, false) : new(ForSeries(scan), asUptake, false);
    }

    /// <summary>The scaling of the series of differences.</summary>
    public DerivedScaling ForDifference() => new(_series is { } grid ? grid with { Intercept = 0 } : null, _asUptake, true);

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
            var exact = IsDifference ? new Quantizer(1, 0) : Quantizer.ForHounsfield(slice.Transform);
            return exact.Fit(values) == exact ? exact : Quantizer.ForSlice(values);
        }

        return _series is { } grid ? grid.Fit(values) : Quantizer.ForSlice(values);
    }

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

    private static Quantizer ForSeries(DicomScan scan)
    {
        var first = scan.Slices[0];
        var largest = 0.0;
        for (var i = 0; i < scan.SliceCount; i++)
        {
            foreach (var value in scan.ReadSlice(i).Pixels)
            {
                largest = float.IsFinite(value) ? Math.Max(largest, Math.Abs(value - first.Transform.Intercept)) : largest;
            }
        }

        // A table or floating-point numbers have no grid of their own.
        var slope = first.Transform.IsTable || first.Layout.Floating
            ? DecimalString.Round(Math.Max(largest, 1e-30) / 16384)
            : first.Transform.Slope;
        return Quantizer.ForSeries(slope, first.Transform.IsTable ? 0 : first.Transform.Intercept, largest);
    }
}
