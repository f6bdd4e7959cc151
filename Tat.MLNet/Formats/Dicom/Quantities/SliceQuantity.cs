using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>The physical quantity of a slice.</summary>
/// <param name="Unit">Its unit; <see langword="null"/> where the object does not tell.</param>
/// <param name="Factor">What modality values are multiplied by to be in that unit.</param>
internal readonly record struct SliceQuantity(string? Unit, double Factor)
{
    /// <summary>Units that Rescale Type defines (PS3.3, section C.11.1.1.2): other text could be anything.</summary>
    private static readonly string[] _rescaleTypes = ["HU", "HU_MOD", "OD", "ED", "EDW", "Z_EFF", "MGML", "PCT", "IDM"];

    /// <summary>The decay correction that the factor was computed with; <see langword="null"/> where it needs none.</summary>
    public PetDecay? Decay { get; init; }

    /// <summary>Of PET, body weight in g per Bq that were given; <see langword="null"/> where the unit needs neither.</summary>
    public double? WeightPerDose { get; init; }

    /// <summary>The factor for the reference time of another image of the series.</summary>
    public SliceQuantity ReferTo(PetDecay other) => Decay is { } own
        ? this with { Factor = Factor * Math.Pow(2, (other.Seconds - own.Seconds) / own.HalfLife), Decay = other }
        : this;

    /// <summary>Finds the quantity of a frame, or says what is missing.</summary>
    public static SliceQuantity Of(DicomDataSet dataSet, string? modality, ModalityTransform transform, ImageReadOptions options)
    {
        switch (modality)
        {
            case "CT" when !transform.IsPresent && !options.AllowUncalibratedCt && dataSet.Find(Tags.PixelData) is null:
                throw new DicomDataException(
                    $"the CT image has neither {Tags.Name(Tags.RescaleSlope)} nor {Tags.Name(Tags.RescaleIntercept)}, so that its HU are "
                    + "unknown; allow uncalibrated CT if its stored values are HU.");
            case "CT":
                return new(transform.Type is null or "HU" ? "HU" : KnownType(transform), 1);
            case "MR":
                return new("intensity", 1);
            case "PT":
                return PetQuantities.Of(dataSet, options);
            default:
                return new(KnownType(transform), 1);
        }
    }

    private static string? KnownType(ModalityTransform transform) => _rescaleTypes.Contains(transform.Type) ? transform.Type : null;
}
