using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.Tests.Formats.Dicom;

[TestClass]
public class PetQuantityTests
{
    internal const double HalfLife = 6586.2;

    /// <summary>Decayed for the seconds from injection to reference; 74 kg and 370 MBq make 0.0002 without decay.</summary>
    internal static double Factor(double seconds) => 74_000 / (370e6 * Math.Pow(2, -seconds / HalfLife));

    [TestMethod]
    public void A_half_life_that_would_leave_nothing_to_see_is_refused() =>
        AssertRefused("RadionuclideHalfLife (0018,1075) is in s", data =>
            Drug(data).SetText(Tags.RadionuclideHalfLife, DicomVr.DS, "122.24"));

    [TestMethod]
    public void A_dose_in_another_unit_is_refused()
    {
        var series = TestData.Path("data/faults/imaging/06_pet_dose_in_mbq");
        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(series));
        Assert.Contains("RadionuclideTotalDose", exception.Message);
        Assert.Contains("Bq", exception.Message);
    }

    [TestMethod]
    [DataRow("PatientWeight", "kg", "70000")]
    [DataRow("PatientWeight", "kg", "0.0005")]
    [DataRow("RadionuclideTotalDose", "Bq", "350")]
    [DataRow("RadionuclideTotalDose", "Bq", "350000")]
    [DataRow("RadionuclideTotalDose", "Bq", "3.5e11")]
    [DataRow("RadionuclideHalfLife", "s", "1.83")]
    [DataRow("RadionuclideHalfLife", "s", "6586200000")]
    public void What_cannot_be_is_refused_with_its_field_and_unit(string field, string unit, string value)
    {
        AssertRefused(field, Set);
        AssertRefused($" {unit},", Set);

        void Set(DicomDataSet data)
        {
            var drug = Drug(data);
            var (target, tag) = field switch
            {
                "PatientWeight" => (data, Tags.PatientWeight),
                "RadionuclideTotalDose" => (drug, Tags.RadionuclideTotalDose),
                _ => (drug, Tags.RadionuclideHalfLife),
            };
            target.SetText(tag, DicomVr.DS, value);
        }
    }

    [TestMethod]
    [DataRow("weight", "7.4", true)]
    [DataRow("dose", "371000000", true)]
    [DataRow("dose", "370000100", false)]
    public void Images_of_a_series_that_tell_different_patients_or_doses_have_no_SUV(string field, string value, bool isRefused)
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 3; i++)
        {
            var data = SyntheticDicom.Pet();
            data.SetText(Tags.InstanceNumber, DicomVr.IS, SyntheticDicom.Text(i + 1));
            data.SetText(Tags.SopInstanceUid, DicomVr.UI, $"1.2.3.4.{i}");
            data.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", SyntheticDicom.Text(i)]);
            if (i == 1)
            {
                var (item, tag) = field == "weight" ? (data, Tags.PatientWeight) : (Drug(data), Tags.RadionuclideTotalDose);
                item.SetText(tag, DicomVr.DS, value);
            }

            files.Write(data);
        }

        if (isRefused)
        {
            Assert.Contains("different values of PatientWeight (0010,1030) or RadionuclideTotalDose",
                Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(files.Folder)).Message);
        }
        else
        {
            ImageFormats.Open(files.Folder).Dispose();
        }

        using var stored = ImageFormats.Open(files.Folder, new() { Pet = PetQuantity.AsStored });
        Assert.AreEqual(3, stored.SliceCount);
    }

    [TestMethod]
    [DataRow("0.02", "5000000")]
    [DataRow("3", "10000000")]
    [DataRow("80", "2500000000")]
    public void Mice_newborns_and_large_doses_are_as_they_may_be(string weight, string dose) =>
        AssertFactor(DicomTable.Number(weight) * 1000 / (DicomTable.Number(dose) * Math.Pow(2, -3600 / HalfLife)), data =>
        {
            data.SetText(Tags.PatientWeight, DicomVr.DS, weight);
            Drug(data).SetText(Tags.RadionuclideTotalDose, DicomVr.DS, dose);
        });

    [TestMethod]
    public void The_sum_of_two_injections_has_no_SUV_and_one_that_stands_there_twice_is_one()
    {
        AssertFactor(Factor(3600), data => data.SetItems(Tags.RadiopharmaceuticalInformationSequence, Drug(data), Drug(data)));
        AssertRefused("RadiopharmaceuticalInformationSequence (0054,0016) has 2 different items", data =>
        {
            var other = Drug(SyntheticDicom.Pet());
            other.SetText(Tags.RadionuclideHalfLife, DicomVr.DS, "1221.8");
            data.SetItems(Tags.RadiopharmaceuticalInformationSequence, Drug(data), other);
        });
    }

    [TestMethod]
    public void Counts_of_Philips_have_a_private_factor() => AssertFactor(0.0005, data =>
    {
        data.SetText(Tags.Units, DicomVr.CS, "CNTS");
        data.SetText(new DicomTag(0x7053, 0x0010), DicomVr.LO, "Philips PET Private Group");
        data.SetText(new DicomTag(0x7053, 0x1000), DicomVr.DS, "0.0005");
    });

    [TestMethod]
    public void Counts_of_Philips_may_have_an_activity_factor_instead() => AssertFactor(2.5 * Factor(3600), data =>
    {
        data.SetText(Tags.Units, DicomVr.CS, "CNTS");
        data.SetText(new DicomTag(0x7053, 0x0010), DicomVr.LO, "Philips PET Private Group");
        data.SetText(new DicomTag(0x7053, 0x1009), DicomVr.DS, "2.5");
    });

    [TestMethod]
    public void Grams_per_millilitre_are_SUV_already() => AssertFactor(1, data => data.SetText(Tags.Units, DicomVr.CS, "GML"));

    [TestMethod]
    public void Missing_fields_are_named_and_the_image_can_be_read_as_stored()
    {
        AssertRefused("PatientWeight", data => data.Remove(Tags.PatientWeight));
        AssertRefused("RadionuclideTotalDose", data => Drug(data).Remove(Tags.RadionuclideTotalDose));
        AssertRefused("RadionuclideHalfLife", data => Drug(data).Remove(Tags.RadionuclideHalfLife));
        AssertRefused("RadiopharmaceuticalStartTime", data => Drug(data).Remove(Tags.RadiopharmaceuticalStartTime));
        AssertRefused("RadiopharmaceuticalInformationSequence", data => data.Remove(Tags.RadiopharmaceuticalInformationSequence));
        AssertRefused("DecayCorrection", data => data.SetText(Tags.DecayCorrection, DicomVr.CS, "NONE"));
        AssertRefused("CorrectedImage", data => data.SetText(Tags.CorrectedImage, DicomVr.CS, "DECY"));
        AssertRefused("Units", data => data.SetText(Tags.Units, DicomVr.CS, "PROPCNTS"));
        AssertRefused("later than the scan", data => Drug(data).SetText(Tags.RadiopharmaceuticalStartTime, DicomVr.TM, "130000"));
        AssertRefused("(7053,xx00)", data => data.SetText(Tags.Units, DicomVr.CS, "CNTS"));
    }

    internal static DicomDataSet Drug(DicomDataSet data) => data.GetItem(Tags.RadiopharmaceuticalInformationSequence)!;

    internal static void AssertFactor(double expected, Action<DicomDataSet> change)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Pet();
        change(data);
        using var scan = ImageFormats.Open(files.Write(data));
        Assert.AreEqual("SUV", scan.Unit);
        Assert.AreEqual(100 * expected, scan.ReadSlice(0).Pixels[0], 1e-6 * 100 * expected);
    }

    internal static void AssertRefused(string what, Action<DicomDataSet> change)
    {
        using var files = new SyntheticDicom();
        var data = SyntheticDicom.Pet();
        change(data);
        var path = files.Write(data);
        var exception = Assert.ThrowsExactly<ImageFormatException>(() => ImageFormats.Open(path));
        Assert.Contains("SUV cannot be computed", exception.Message);
        Assert.Contains(what, exception.Message);
        using var scan = ImageFormats.Open(path, new() { Pet = PetQuantity.AsStored });
        Assert.AreEqual(100f, scan.ReadSlice(0).Pixels[0]);
    }
}
