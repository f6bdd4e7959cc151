using System.Globalization;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>
/// Turns PET into standardised uptake values by body weight (QIBA, "Vendor-neutral pseudo-code for SUV calculation"; PS3.3, section
/// C.8.9.1).
/// </summary>
internal static class PetQuantities
{
    /// <summary>From a newborn mouse to the heaviest patient, in kg.</summary>
    private const double LightestAnimal = 0.001;
    private const double HeaviestPatient = 700;

    /// <summary>
    /// In Bq per kg, a tenth of what the most sensitive scanners have shown anything of, and in Bq, ten times what is given of the
    /// shortest-lived tracers.
    /// </summary>
    private const double LeastDose = 10_000;
    private const double LargestDose = 50e9;

    /// <summary>In seconds: half that of rubidium-82, and a little more than that of the sodium-22 of phantoms.</summary>
    private const double ShortestHalfLife = 37;
    private const double LongestHalfLife = 1e8;

    public static SliceQuantity Of(DicomDataSet dataSet, ImageReadOptions options)
    {
        var units = dataSet.GetString(Tags.Units);
        if (options.Pet == PetQuantity.AsStored)
        {
            return new(UnitOf(units), 1);
        }

        return units switch
        {
            "BQML" => OfBecquerels(dataSet),
            "CNTS" => OfCounts(dataSet),
            "GML" when dataSet.GetString(Tags.SuvType) is null or "BW" => new("SUV", 1),
            "GML" => throw Refuse($"{Tags.Name(Tags.SuvType)} is not by body weight"),
            null => throw Refuse($"{Tags.Name(Tags.Units)} is missing"),
            _ => throw Refuse($"{Tags.Name(Tags.Units)} is neither BQML, CNTS nor GML"),
        };
    }

    /// <summary>What an image that is read as stored is measured in.</summary>
    private static string? UnitOf(string? units) => units switch
    {
        "BQML" => "Bq/ml",
        "GML" => "SUV",
        "CNTS" => "counts",
        "PROPCNTS" => "proportional to counts",
        "CPS" => "counts/s",
        _ => null,
    };

    private static SliceQuantity OfCounts(DicomDataSet dataSet)
    {
        const string Philips = "Philips PET Private Group";
        if (dataSet.FindPrivate(0x7053, Philips, 0x00) is { } suvFactor && dataSet.GetDouble(suvFactor) is > 0 and var factor)
        {
            return new("SUV", factor);
        }

        // The other private factor takes modality values to Bq/ml.
        if (dataSet.FindPrivate(0x7053, Philips, 0x09) is { } activityFactor && dataSet.GetDouble(activityFactor) is > 0 and var activity)
        {
            var quantity = OfBecquerels(dataSet);
            return quantity with { Factor = quantity.Factor * activity };
        }

        throw Refuse($"{Tags.Name(Tags.Units)} is CNTS and the private factor of Philips (7053,xx00) is missing");
    }

    private static SliceQuantity OfBecquerels(DicomDataSet dataSet)
    {
        var corrections = dataSet.GetStrings(Tags.CorrectedImage);
        if (corrections.Length > 0 && !(corrections.Contains("ATTN") && corrections.Contains("DECY")))
        {
            throw Refuse($"{Tags.Name(Tags.CorrectedImage)} lacks ATTN or DECY");
        }

        var weight = Require(dataSet, Tags.PatientWeight, LightestAnimal, HeaviestPatient, "kg");
        var drug = DrugOf(dataSet);
        var dose = Require(drug, Tags.RadionuclideTotalDose, LeastDose * weight, LargestDose, "Bq");
        switch (dataSet.GetString(Tags.DecayCorrection))
        {
            case "ADMIN":
                return new("SUV", weight * 1000 / dose) { WeightPerDose = weight * 1000 / dose };
            case "START":
                var halfLife = Require(drug, Tags.RadionuclideHalfLife, ShortestHalfLife, LongestHalfLife, "s");
                if (PetNuclide.Objection(drug, halfLife) is { } objection)
                {
                    throw Refuse($"{Tags.Name(Tags.RadionuclideHalfLife)} {objection}");
                }

                var decay = PetTimes.Of(dataSet, drug, halfLife);
                return new("SUV", weight * 1000 / (dose * Math.Pow(2, -decay.Seconds / halfLife)))
                {
                    Decay = decay,
                    WeightPerDose = weight * 1000 / dose,
                };
            case null:
                throw Refuse($"{Tags.Name(Tags.DecayCorrection)} is missing");
            default:
                throw Refuse($"{Tags.Name(Tags.DecayCorrection)} is neither START nor ADMIN");
        }
    }

    /// <summary>
    /// What was given. Several items are several injections, or tracers (PS3.3, section C.8.9.2), and nothing tells the activity of one
    /// from that of another; an item that stands there twice is one.
    /// </summary>
    private static DicomDataSet DrugOf(DicomDataSet dataSet)
    {
        DicomTag[] told =
        [
            Tags.RadionuclideTotalDose, Tags.RadionuclideHalfLife, Tags.RadiopharmaceuticalStartTime, Tags.RadiopharmaceuticalStartDateTime,
            Tags.Radiopharmaceutical,
        ];
        var drugs = dataSet.GetItems(Tags.RadiopharmaceuticalInformationSequence)
            .DistinctBy(drug => string.Join('\\', told.Select(drug.GetString))).ToList();
        return drugs switch
        {
            [var only] => only,
            [] => throw Refuse($"{Tags.Name(Tags.RadiopharmaceuticalInformationSequence)} is missing"),
            _ =>
                throw Refuse($"{Tags.Name(Tags.RadiopharmaceuticalInformationSequence)} has {drugs.Count} different items, of which the "
                    + "image shows the sum"),
        };
    }

    /// <summary>A value in the range that can be; its number is not repeated, as it may tell of the patient.</summary>
    private static double Require(DicomDataSet dataSet, DicomTag tag, double least, double largest, string unit) =>
        dataSet.GetDouble(tag) switch
        {
            null or <= 0 => throw Refuse($"{Tags.Name(tag)} is missing or not positive"),
            { } value when value >= least && value <= largest => value,
            _ => throw Refuse(string.Create(CultureInfo.InvariantCulture,
                $"{Tags.Name(tag)} is outside of what can be, {least:0.###} to {largest:0.###} {unit}, and may be in another unit")),
        };

    public static DicomDataException Refuse(string what) => new($"SUV cannot be computed: {what}; read the PET as stored (Bq/ml) instead.");
}
