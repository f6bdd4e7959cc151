using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Quantities;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class PetNuclideTests
{
    [TestMethod]
    [DataRow("SCT", "77004003", "^18^Fluorine", 6586.2)]
    [DataRow("SRT", "C-111A1", "18F", 6588)]
    [DataRow("99X", "1", "^18^Fluorine", 6600)]
    [DataRow("SRT", "C-131A3", "^68^Gallium", 4057.8)]
    [DataRow("SRT", "C-159A2", "^82^Rubidium", 76.38)]
    [DataRow("SRT", "C-B1038", "^15^Oxygen", 122)]
    [DataRow("SRT", "C-128A2", "^68^Germanium", 23410080)]
    [DataRow("DCM", "126600", "^44^Scandium", 14550)]
    public void The_half_life_of_a_nuclide_named_by_code_is_its_own(string scheme, string value, string meaning, double halfLife)
    {
        var drug = Drug(null);
        var code = Code(scheme, value, meaning);
        drug.SetItems(Tags.RadionuclideCodeSequence, code);
        Assert.IsNull(PetNuclide.Objection(drug, halfLife));
        foreach (var other in new[] { halfLife / 60, halfLife * 1.08, halfLife * 0.92, halfLife * 1000 })
        {
            Assert.Contains("which RadionuclideCodeSequence (0054,0300) names", PetNuclide.Objection(drug, other)!);
        }
    }

    [TestMethod]
    [DataRow("FDG -- fluorodeoxyglucose", "F-18")]
    [DataRow("Fluorodeoxyglucose F^18^", "F-18")]
    [DataRow("[18F]FDG", "F-18")]
    [DataRow("18FDG", "F-18")]
    [DataRow("F-18 FDG", "F-18")]
    [DataRow("PSMA-1007 F18", "F-18")]
    [DataRow("¹⁸F-PSMA-1007", "F-18")]
    [DataRow("fluorine-18", "F-18")]
    [DataRow("Ga68-DOTATATE", "Ga-68")]
    [DataRow("68Ga-PSMA-11", "Ga-68")]
    [DataRow("Ammonia N^13^", "N-13")]
    [DataRow("11C-PiB", "C-11")]
    [DataRow("Tc94m", "Tc-94m")]
    [DataRow("^89^Zr-trastuzumab", "Zr-89")]
    public void A_nuclide_is_found_in_the_name_of_a_drug(string name, string symbol) =>
        Assert.Contains($"that of {symbol}, which Radiopharmaceutical (0018,0031) names, is", PetNuclide.Objection(Drug(name), 1e7)!);

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("PSMA-11")]
    [DataRow("Solution")]
    [DataRow("C 1100")]
    [DataRow("F18 and Ga68")]
    [DataRow("tracer 18")]
    public void Other_names_tell_no_nuclide(string? name)
    {
        Assert.IsNull(PetNuclide.Objection(Drug(name), 1e7));
        Assert.IsNull(PetNuclide.Objection(Drug(name), 6586.2));
    }

    [TestMethod]
    [DataRow(109.77, "in min that of F-18")]
    [DataRow(109.8, "in min that of F-18")]
    [DataRow(67.71, "in min that of Ga-68")]
    [DataRow(78.41, "in h that of Zr-89")]
    [DataRow(6586200, "in ms that of F-18")]
    [DataRow(122.24, null)]
    [DataRow(76.4, null)]
    [DataRow(6586.2, null)]
    [DataRow(282276, null)]
    [DataRow(50000, null)]
    public void Without_a_name_a_half_life_is_refused_that_is_one_in_another_unit_alone(double halfLife, string? objection)
    {
        var said = PetNuclide.Objection(Drug(null), halfLife);
        Assert.AreEqual(objection is null, said is null, said);
        Assert.Contains(objection ?? "", said ?? "");
    }

    [TestMethod]
    public void A_code_of_the_drug_counts_where_none_of_the_nuclide_does()
    {
        var drug = Drug("F-18");
        drug.SetItems(Tags.RadiopharmaceuticalCodeSequence, Code("SRT", "C-B07DB", "Oxygen-water O^15^"));
        Assert.IsNull(PetNuclide.Objection(drug, 122.24));
        Assert.Contains("RadiopharmaceuticalCodeSequence", PetNuclide.Objection(drug, 6586.2)!);
    }

    private static DicomDataSet Drug(string? name)
    {
        var drug = new DicomDataSet(DicomCharacterSet.Utf8);
        if (name is not null)
        {
            drug.SetText(Tags.Radiopharmaceutical, DicomVr.LO, name);
        }

        return drug;
    }

    private static DicomDataSet Code(string scheme, string value, string meaning)
    {
        var code = new DicomDataSet(DicomCharacterSet.Utf8);
        code.SetText(Tags.CodeValue, DicomVr.SH, value);
        code.SetText(Tags.CodingSchemeDesignator, DicomVr.SH, scheme);
        code.SetText(Tags.CodeMeaning, DicomVr.LO, meaning);
        return code;
    }
}
