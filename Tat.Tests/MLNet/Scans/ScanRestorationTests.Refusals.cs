using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Scans;

public partial class ScanRestorationTests
{
    [TestMethod]
    public void A_source_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        using var files = new SyntheticDicom();
        using var restorer = new Increment();
        files.Write(SyntheticDicom.Slice(1, 0), "series/1.dcm");
        var ramp = NiftiSamples.WriteRamp(folder["ramp.hdr"]);
        var options = new ScanRestorationOptions { Task = "CT", Overwrite = true };
        foreach (var (source, destination) in new[]
        {
            (ramp, ramp), (ramp, folder["./ramp.img"]), (folder["ramp.img"], ramp), (ramp, folder.Path),
            (files.Folder, files.Folder), (Path.Combine(files.Folder, "series"), files.Folder),
            (files.Folder, Path.Combine(files.Folder, "series", "1.dcm")),
        })
        {
            Assert.Contains("replaced by its own result",
                Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(source, destination, options), destination).Message);
        }

        using (var scan = ImageFormats.Open(ramp))
        using (var series = ImageFormats.Open(Path.Combine(files.Folder, "series", "1.dcm")))
        {
            Assert.ThrowsExactly<IOException>(() => scan.Format.WriteDerived(scan, folder["ramp.img"], NiftiSamples.SlicesOf(scan)));
            Assert.ThrowsExactly<IOException>(() => series.Format.WriteDerived(series, series.Path, NiftiSamples.SlicesOf(series)));
            Assert.ThrowsExactly<IOException>(() => series.Format.WriteDerived(series, files.Folder, NiftiSamples.SlicesOf(series)));
        }

        Assert.HasCount(2, folder.Files);
        Assert.HasCount(1, Directory.GetFiles(files.Folder, "*", SearchOption.AllDirectories));
        restorer.RestoreScan(ramp, folder["out.nii"], options);
        Assert.ThrowsExactly<IOException>(() => restorer.RestoreScan(ramp, folder["out.nii"], options with { Overwrite = false }));
    }

    [TestMethod]
    public void A_task_that_does_not_suit_the_modality_is_refused()
    {
        using var files = new SyntheticDicom();
        using var folder = new TemporaryFolder();
        files.Write(SyntheticDicom.Slice(1, 0));
        using var restorer = new Increment();
        Assert.Contains("restore it as CT", Assert.ThrowsExactly<InvalidDataException>(() =>
            restorer.RestoreScan(files.Folder, folder["out"], new() { Task = "MRI" })).Message);
        Assert.Contains("name its task", Assert.ThrowsExactly<InvalidDataException>(() =>
            restorer.RestoreScan(NiftiSamples.WriteRamp(folder["a.nii"]), folder["out.nii"])).Message);
        files.Write(SyntheticDicom.Slice(1, 0, "1.2.3.5"));
        Assert.Contains("1.2.3.5",
            Assert.ThrowsExactly<InvalidDataException>(() => restorer.RestoreScan(files.Folder, folder["out"])).Message);
        Assert.HasCount(1, folder.Files);
    }
}
