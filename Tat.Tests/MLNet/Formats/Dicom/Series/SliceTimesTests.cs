using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Nifti;
using Tat.MLNet.Scans;
using Tat.Tests.Formats.Nifti;
using Tat.Tests.Scans;

namespace Tat.Tests.Formats.Dicom.Series;

[TestClass]
public class SliceTimesTests
{
    [TestMethod]
    [DataRow("trigger", 0.04)]
    [DataRow("reference", 30.0)]
    [DataRow("clock", 2.5)]
    [DataRow("midnight", 2.5)]
    [DataRow("whole seconds", 2.5)]
    [DataRow("resolution", 1.5)]
    [DataRow("uneven", null)]
    [DataRow("nothing", null)]
    public void The_time_step_of_a_NIfTI_file_is_that_of_the_scan_or_unknown(string kind, double? step)
    {
        using var files = new SyntheticDicom();
        for (var volume = 0; volume < 5; volume++)
        {
            for (var slice = 0; slice < 2; slice++)
            {
                files.Write(Slice(kind, volume, slice));
            }
        }

        using var scan = ImageFormats.Open(files.Folder);
        Assert.AreEqual(2, scan.SlicesPerVolume);
        var path = Path.Combine(files.Folder, "out.nii");
        new NiftiFormat().WriteDerived(scan, path, NiftiSamples.SlicesOf(scan));
        using var written = ImageFormats.Open(path);
        var header = NiftiSamples.FileOf(written).Header;
        Assert.AreEqual(5, header.Dimension(4));
        Assert.AreEqual(step ?? 0, header.PixelDimension(4), 1e-6);
        Assert.AreEqual(step is null ? 2 : 2 | 8, header.Units);

        // What is not known is said.
        File.Delete(path);
        using var folder = new TemporaryFolder();
        using var restorer = new Increment();
        string WarningsOf(string name) => string.Join("; ", restorer.RestoreScan(files.Folder, folder[name]).Warnings);
        Assert.AreEqual(step is null, WarningsOf("x.nii.gz").Contains("the NIfTI file has no time step", StringComparison.Ordinal));
        Assert.DoesNotContain("time step", WarningsOf("series"));
    }

    [TestMethod]
    public void One_volume_has_no_step() => Assert.IsNull(SliceTimes.StepOf([new(1, 2, 3, 4)]));

    private static DicomDataSet Slice(string kind, int volume, int slice)
    {
        var data = SyntheticDicom.Slice((2 * volume) + slice + 1, slice);
        data.SetText(Tags.Modality, DicomVr.CS, "MR");
        data.SetText(Tags.SopClassUid, DicomVr.UI, "1.2.840.10008.5.1.4.1.1.4");
        data.SetText(Tags.RescaleIntercept, DicomVr.DS, "0");
        data.SetText(Tags.TemporalPositionIdentifier, DicomVr.IS, SyntheticDicom.Text(volume + 1));
        var (date, time) = kind switch
        {
            "clock" => ("20240301", $"1200{2.5 * volume:00.0}"),
            "midnight" => (null, volume == 0 ? "235958.0" : $"0000{(2.5 * volume) - 2:00.0}"),
            "whole seconds" => ("20240301", $"1200{Math.Floor(2.5 * volume):00}"),
            "uneven" => ("20240301", $"1200{volume * volume:00}"),
            _ => ((string?)null, (string?)null),
        };
        if (date is not null)
        {
            data.SetText(Tags.AcquisitionDate, DicomVr.DA, date);
        }

        if (time is not null)
        {
            data.SetText(Tags.AcquisitionTime, DicomVr.TM, time);
        }

        if (kind is "trigger" or "reference")
        {
            data.SetText(kind == "trigger" ? Tags.TriggerTime : Tags.FrameReferenceTime, DicomVr.DS,
                SyntheticDicom.Text(kind == "trigger" ? 40 * volume : 15000 + (30000 * volume)));
        }

        if (kind == "resolution")
        {
            data.SetText(Tags.TemporalResolution, DicomVr.DS, "1500");
        }

        return data;
    }
}
