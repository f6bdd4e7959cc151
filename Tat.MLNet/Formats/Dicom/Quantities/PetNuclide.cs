using System.Globalization;
using System.Text.RegularExpressions;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Quantities;

/// <summary>A nuclide of PET (PS3.16, CID 4020), with its half-life.</summary>
/// <param name="Symbol">Its element and mass number.</param>
/// <param name="Element">What the element is called.</param>
/// <param name="HalfLife">In seconds, of the Evaluated Nuclear Structure Data File.</param>
/// <param name="Codes">Its codes in SNOMED CT and the older SNOMED RT, or in DICOM.</param>
internal sealed partial record PetNuclide(string Symbol, string Element, double HalfLife, params string[] Codes)
{
    /// <summary>How far half-lives in headers are from this table, as part of them: those of different tables differ by 2 %.</summary>
    private const double Tolerance = 0.05;

    /// <summary>How near a number must be to be taken for that of a nuclide that is not named.</summary>
    private const double Recognition = 0.02;

    private const double Minute = 60;
    private const double Hour = 3600;
    private const double Day = 86400;

    private static readonly PetNuclide[] _all =
    [
        new("C-11", "Carbon", 20.364 * Minute, "40565003", "C-105A1"),
        new("N-13", "Nitrogen", 9.965 * Minute, "21576001", "C-107A1"),
        new("O-14", "Oxygen", 70.62, "424875009", "C-1018C"),
        new("O-15", "Oxygen", 122.24, "129504001", "C-B1038"),
        new("F-18", "Fluorine", 109.77 * Minute, "77004003", "C-111A1"),
        new("Na-22", "Sodium", 950.3 * Day, "71633006", "C-155A1"),
        new("K-38", "Potassium", 7.636 * Minute, "423764008", "C-135A4"),
        new("Sc-43", "Scandium", 3.891 * Hour, "126605"),
        new("Sc-44", "Scandium", 4.0 * Hour, "126600"),
        new("Ti-45", "Titanium", 184.8 * Minute, "75696008", "C-166A2"),
        new("Mn-51", "Manganese", 46.2 * Minute, "126601"),
        new("Mn-52", "Manganese", 5.591 * Day, "37225000", "C-149A1"),
        new("Mn-52m", "Manganese", 21.1 * Minute, "126607"),
        new("Fe-52", "Iron", 8.275 * Hour, "69089000", "C-130A1"),
        new("Cu-60", "Copper", 23.7 * Minute, "425364008", "C-127A4"),
        new("Cu-61", "Copper", 3.339 * Hour, "71425003", "C-127A1"),
        new("Cu-62", "Copper", 9.672 * Minute, "422934004", "C-127A5"),
        new("Cu-64", "Copper", 12.701 * Hour, "3932008", "C-127A2"),
        new("Zn-62", "Zinc", 9.193 * Hour, "65054007", "C-141A1"),
        new("Ga-66", "Gallium", 9.49 * Hour, "79477007", "C-131A1"),
        new("Ga-68", "Gallium", 67.71 * Minute, "35337001", "C-131A3"),
        new("Ge-68", "Germanium", 270.93 * Day, "53315004", "C-128A2"),
        new("As-70", "Arsenic", 52.6 * Minute, "126602"),
        new("As-72", "Arsenic", 26.0 * Hour, "2705002", "C-115A2"),
        new("Se-73", "Selenium", 7.15 * Hour, "87437000", "C-116A2"),
        new("Br-75", "Bromine", 96.7 * Minute, "17910003", "C-113A1"),
        new("Br-76", "Bromine", 16.2 * Hour, "79523006", "C-113A2"),
        new("Br-77", "Bromine", 57.04 * Hour, "86521004", "C-113A3"),
        new("Rb-82", "Rubidium", 1.2575 * Minute, "79197006", "C-159A2"),
        new("Y-86", "Yttrium", 14.74 * Hour, "10738001", "C-162A3"),
        new("Y-90", "Yttrium", 64.05 * Hour, "14691008", "C-162A7"),
        new("Zr-89", "Zirconium", 78.41 * Hour, "63360001", "C-168A4"),
        new("Nb-90", "Niobium", 14.6 * Hour, "126603"),
        new("Tc-94m", "Technetium", 52.0 * Minute, "424079002", "C-163AA"),
        new("I-124", "Iodine", 4.176 * Day, "40937006", "C-114A5"),
        new("Tb-152", "Terbium", 17.5 * Hour, "126606"),
    ];

    private static readonly Dictionary<string, PetNuclide> _byName = _all
        .SelectMany(nuclide => nuclide.Codes.Append(nuclide.Symbol.Replace("-", "")).Append(nuclide.Element + nuclide.Symbol.Split('-')[1])
            .Select(name => KeyValuePair.Create(name, nuclide)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Why a half-life in seconds cannot be that of a radiopharmaceutical, as the rest of a sentence; <see langword="null"/> where it can.
    /// </summary>
    /// <param name="drug">An item of the Radiopharmaceutical Information Sequence.</param>
    /// <param name="halfLife">Its half-life.</param>
    public static string? Objection(DicomDataSet drug, double halfLife)
    {
        if (NamedIn(drug) is { } named)
        {
            return Math.Abs(halfLife - named.Nuclide.HalfLife) <= Tolerance * named.Nuclide.HalfLife ? null
                : string.Create(CultureInfo.InvariantCulture,
                    $"is {halfLife:G7} s, and that of {named.Nuclide.Symbol}, which {Tags.Name(named.Tag)} names, is "
                    + $"{named.Nuclide.HalfLife:G5} s; it may be in another unit");
        }

        PetNuclide? Near(double seconds) =>
            Array.Find(_all, nuclide => Math.Abs(seconds - nuclide.HalfLife) <= Recognition * nuclide.HalfLife);
        (string Name, double Seconds)[] units = [("ms", 0.001), ("min", Minute), ("h", Hour), ("d", Day)];
        return Near(halfLife) is null && units.Select(unit => (unit.Name, Nuclide: Near(halfLife * unit.Seconds)))
            .FirstOrDefault(unit => unit.Nuclide is not null) is { Nuclide: { } other } found
            ? string.Create(CultureInfo.InvariantCulture,
                $"is {halfLife:G7} s, which is no half-life of PET, and in {found.Name} that of {other.Symbol}, {other.HalfLife:G5} s")
            : null;
    }

    /// <summary>The nuclide that an item names: by code, or in the name of the code or of the drug.</summary>
    private static (PetNuclide Nuclide, DicomTag Tag)? NamedIn(DicomDataSet drug)
    {
        var nuclide = drug.GetItem(Tags.RadionuclideCodeSequence);
        (DicomTag Tag, PetNuclide? Nuclide)[] found =
        [
            (Tags.RadionuclideCodeSequence,
                _byName.GetValueOrDefault(nuclide?.GetString(Tags.CodeValue) ?? "") ?? InText(nuclide?.GetString(Tags.CodeMeaning))),
            (Tags.RadiopharmaceuticalCodeSequence, InText(drug.GetItem(Tags.RadiopharmaceuticalCodeSequence)?.GetString(Tags.CodeMeaning))),
            (Tags.Radiopharmaceutical, InText(drug.GetString(Tags.Radiopharmaceutical))),
        ];
        return found.Where(one => one.Nuclide is not null).Select(one => ((PetNuclide, DicomTag)?)(one.Nuclide!, one.Tag)).FirstOrDefault();
    }

    /// <summary>
    /// The one nuclide that a text names, as ^18^Fluorine, F-18, [18F]FDG or by the usual tracer of all; <see langword="null"/> where there
    /// is none, or several.
    /// </summary>
    private static PetNuclide? InText(string? text)
    {
        // Other characters than letters and digits are how people set mass numbers apart, if they do not raise their digits.
        var digits = string.Concat((text
            ?? "").Select(character => CharUnicodeInfo.GetDigitValue(character) is >= 0 and var digit ? (char)('0' + digit) : character));
        var plain = NoWord().Replace(digits, " ");
        var named = ElementFirst().Matches(plain).Concat(MassFirst().Matches(plain))
            .Select(match => _byName.GetValueOrDefault(match.Groups["element"].Value + match.Groups["mass"].Value)).OfType<PetNuclide>()
            .Distinct().ToList();
        return named is [var only] ? only : named.Count == 0 && Glucose().IsMatch(plain) ? _byName["F18"] : null;
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NoWord();

    [GeneratedRegex("(?<![A-Za-z])(?<element>[A-Za-z]+) ?(?<mass>[0-9]{2,3}m?)(?![A-Za-z0-9])")]
    private static partial Regex ElementFirst();

    [GeneratedRegex("(?<![A-Za-z0-9])(?<mass>[0-9]{2,3}m?) ?(?<element>[A-Za-z]+)(?![A-Za-z])")]
    private static partial Regex MassFirst();

    [GeneratedRegex("(?<![A-Za-z])(18)?(FDG|fluorodeoxyglucose)(?![A-Za-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Glucose();
}
