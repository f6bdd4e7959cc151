using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using static Tat.Tests.Formats.Dicom.PetQuantityTests;

namespace Tat.Tests.Formats.Dicom;

/// <summary>From when to when a dose has decayed.</summary>
[TestClass]
public sealed class PetTimesTests
{
    [TestMethod]
    public void Series_time_is_the_reference_where_it_is_not_later_than_the_acquisition() => AssertFactor(Factor(3600), _ => { });

    [TestMethod]
    public void Decay_correction_to_administration_needs_no_times() => AssertFactor(Factor(0), data =>
    {
        data.SetText(Tags.DecayCorrection, DicomVr.CS, "ADMIN");
        data.Remove(Tags.SeriesTime);
        data.Remove(Tags.AcquisitionTime);
    });

    [TestMethod]
    public void An_injection_before_midnight_is_of_the_day_before() => AssertFactor(Factor(1800), data =>
    {
        data.SetText(Tags.SeriesTime, DicomVr.TM, "001000");
        data.SetText(Tags.AcquisitionTime, DicomVr.TM, "001500");
        Drug(data).SetText(Tags.RadiopharmaceuticalStartTime, DicomVr.TM, "234000.0");
    });

    [TestMethod]
    public void The_start_date_and_time_of_the_drug_comes_first() => AssertFactor(Factor(7200), data =>
        Drug(data).SetText(Tags.RadiopharmaceuticalStartDateTime, DicomVr.DT, "20240502080000.00"));

    [TestMethod]
    public void Of_an_injection_in_a_zone_that_cannot_be_taken_to_that_of_the_scan_the_time_of_day_counts_and_nothing_is_guessed()
    {
        AssertFactor(Factor(3600), Set);
        AssertRefused("TimezoneOffsetFromUtc (0008,0201)", data =>
        {
            Set(data);
            Drug(data).Remove(Tags.RadiopharmaceuticalStartTime);
        });

        static void Set(DicomDataSet data) => Drug(data).SetText(Tags.RadiopharmaceuticalStartDateTime, DicomVr.DT, "20240502070000+0000");
    }

    [TestMethod]
    [DataRow("20240502080000.00+0000", "+0100", 3600)]
    [DataRow("20240502030000-0500", "+0100", 3600)]
    [DataRow("20240502143000+0530", "+0000", 3600)]
    [DataRow("20240501233000-1030", "-0100", 3600)]
    [DataRow("20240502090000", "+0100", 3600)]
    [DataRow("20240502090000+0000", "what?", 3600)]
    public void An_injection_in_another_time_zone_is_taken_to_that_of_the_scan(string injection, string zone, double seconds) =>
        AssertFactor(Factor(seconds), data =>
        {
            data.SetText(Tags.TimezoneOffsetFromUtc, DicomVr.SH, zone);
            Drug(data).SetText(Tags.RadiopharmaceuticalStartDateTime, DicomVr.DT, injection);
        });

    [TestMethod]
    public void The_time_zone_of_the_injection_counts()
    {
        // 70 kg, 350 MBq, a stored value of 10,000 and a slope of 0.5 an hour after the injection.
        using var scan = ImageFormats.Open(TestData.Path("data/faults/imaging/05_pet_injection_zone.dcm"));
        Assert.AreEqual(1.4606, scan.ReadSlice(0).Pixels.Max(), 1e-4);
    }

    [TestMethod]
    public void Only_a_dynamic_scan_may_begin_before_the_injection_and_shortly()
    {
        AssertFactor(Factor(-30), data => Set(data, "DYNAMIC", "100030"));
        AssertRefused("RadiopharmaceuticalStartTime (0018,1072), 10:30:00, is 1800 s later than the scan, whose SeriesTime (0008,0031) is "
            + "10:00:00", data => Set(data, "DYNAMIC", "103000"));
        AssertRefused("is 30 s later", data => Set(data, "STATIC", "100030"));
        AssertRefused("is 3540 s later", data =>
            data.GetItem(Tags.RadiopharmaceuticalInformationSequence)!.SetText(Tags.RadiopharmaceuticalStartTime, DicomVr.TM, "105900"));
        AssertRefused("RadiopharmaceuticalStartDateTime (0018,1078), 10:00:01, is 1 s later than the scan, whose AcquisitionTime "
            + "(0008,0032) is 10:00:00", data =>
        {
            data.SetText(Tags.SeriesTime, DicomVr.TM, "120000");
            data.SetText(Tags.AcquisitionTime, DicomVr.TM, "100000");
            Drug(data).SetText(Tags.RadiopharmaceuticalStartDateTime, DicomVr.DT, "20240502100001");
        });

        static void Set(DicomDataSet data, string type, string injection)
        {
            data.SetText(Tags.SeriesType, DicomVr.CS, [type, "IMAGE"]);
            Drug(data).SetText(Tags.RadiopharmaceuticalStartTime, DicomVr.TM, injection);
        }
    }

    [TestMethod]
    public void The_acquisition_may_be_one_date_and_time_with_a_zone() => AssertFactor(Factor(3900), data =>
    {
        data.SetText(Tags.TimezoneOffsetFromUtc, DicomVr.SH, "+0200");
        data.SetText(Tags.SeriesTime, DicomVr.TM, "120000");
        data.Remove(Tags.AcquisitionTime);
        data.SetText(Tags.AcquisitionDateTime, DicomVr.DT, "20240502080500+0000");
    });

    [TestMethod]
    public void The_private_time_of_GE_counts_where_the_series_was_made_later() => AssertFactor(Factor(3000), data =>
    {
        data.SetText(Tags.SeriesTime, DicomVr.TM, "120000");
        data.SetText(new DicomTag(0x0009, 0x0010), DicomVr.LO, "OTHER");
        data.SetText(new DicomTag(0x0009, 0x0011), DicomVr.LO, "GEMS_PETD_01");
        data.SetText(new DicomTag(0x0009, 0x110D), DicomVr.DT, "20240502095000.00");
    });

    [TestMethod]
    public void The_frame_tells_the_reference_where_nothing_else_does()
    {
        const double duration = 240;
        var constant = Math.Log(2) / HalfLife;
        var average = Math.Log(constant * duration / (1 - Math.Exp(-constant * duration))) / constant;

        // The frame began at 10:05:00.5, and its average count rate is 1000 s after the reference.
        AssertFactor(Factor(3900.5 + average - 1000), data =>
        {
            data.SetText(Tags.SeriesTime, DicomVr.TM, "120000");
            data.SetText(Tags.FrameReferenceTime, DicomVr.DS, "1000000");
            data.SetText(Tags.ActualFrameDuration, DicomVr.IS, "240000");
        });
    }

    [TestMethod]
    [DataRow("120000", 4200, "later than all of them")]
    [DataRow("102500", 4200, "between them")]
    [DataRow("100500", 3900, "before them")]
    public void A_series_has_one_reference_which_its_earliest_image_tells(string seriesTime, double seconds, string where)
    {
        using var files = new SyntheticDicom();
        for (var i = 0; i < 3; i++)
        {
            var data = SyntheticDicom.Pet();
            data.SetText(Tags.SopInstanceUid, DicomVr.UI, $"1.2.3.4.{i}");
            data.SetText(Tags.SeriesTime, DicomVr.TM, seriesTime);
            data.SetText(Tags.AcquisitionTime, DicomVr.TM, $"10{(3 - i) * 10}00");
            data.SetText(Tags.ImagePositionPatient, DicomVr.DS, ["0", "0", SyntheticDicom.Text(i)]);
            files.Write(data);
        }

        using var scan = ImageFormats.Open(files.Folder);
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual(100 * Factor(seconds), scan.ReadSlice(i).Pixels[0], 1e-6, where);
        }
    }
}
