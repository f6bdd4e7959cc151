using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Nifti;
using Tat.Torch.Tasks;

namespace Tat.Tests.Scans;

[TestClass]
public class ScanTaskTests
{
    [TestMethod]
    [DataRow("sub-01_T1w.nii.gz", "MRI")]
    [DataRow("sub-01_ses-2_acq-hi_run-1_T2w.nii", "MRI")]
    [DataRow("sub-01_FLAIR.nii.gz", "MRI")]
    [DataRow("sub-01_PDw.nii.gz", "MRI")]
    [DataRow("sub-01_task-rest_bold.nii.gz", "MRI")]
    [DataRow("sub-01_dir-AP_dwi.hdr", "MRI")]
    [DataRow("sub-01_ct.nii.gz", "CT")]
    [DataRow("sub-01_trc-18FFDG_pet.nii.gz", "PET")]
    public void The_name_of_a_NIfTI_file_by_BIDS_tells_its_task(string name, string task)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder[name]);
        using var restorer = new Increment();
        var result = restorer.RestoreScan(folder[name], folder["out.nii"]);
        Assert.AreEqual(task, result.Task.Name);
        Assert.Contains($"the task {task} is that of the scan's BIDS name, and its values are taken for", result.Warnings[0]);
        Assert.AreEqual("PET", restorer.RestoreScan(folder[name], folder["pet.nii"], new() { Task = "PET" }).Task.Name,
            "what is asked for comes first");
    }

    [TestMethod]
    [DataRow("T1w.nii.gz")]
    [DataRow("x_T1w.nii.gz")]
    [DataRow("sub-01_T1map.nii.gz")]
    [DataRow("sub-01_phase1.nii.gz")]
    [DataRow("sub-01_mask.nii.gz")]
    [DataRow("sub-01.nii.gz")]
    public void Other_names_tell_none(string name)
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder[name]);
        using var restorer = new Increment();
        Assert.Contains("does not tell its modality",
            Assert.ThrowsExactly<InvalidDataException>(() => restorer.RestoreScan(folder[name], folder["out.nii"])).Message);
    }

    [TestMethod]
    public void A_task_that_the_model_does_not_have_is_not_taken_of_a_name()
    {
        using var folder = new TemporaryFolder();
        NiftiSamples.WriteRamp(folder["sub-01_T1w.nii"]);
        using var scan = Tat.MLNet.Formats.ImageFormats.Open(folder["sub-01_T1w.nii"]);
        Assert.Contains("name its task, one of CT",
            Assert.ThrowsExactly<InvalidDataException>(() => ScanTask.Of(scan, null, new TaskVocabulary([RestorationTask.Ct]))).Message);
    }
}
