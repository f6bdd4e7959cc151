using System.Text.Json;
using Tat.MLNet.Scans;
using Tat.Tests.Formats;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Formats.Nifti;

namespace Tat.Tests.Scans;

/// <summary>Results as a derivative data set of BIDS.</summary>
[TestClass]
public sealed class BidsDatasetTests
{
    [TestMethod]
    public void Results_are_named_by_BIDS()
    {
        using var files = new SyntheticDicom();
        foreach (var name in new[] { "sub-01/ses-a/anat/sub-01_ses-a_desc-raw_T1w", "sub-02_pet", "p 7/scan 1", "p7/scan1" })
        {
            NiftiSamples.WriteRamp(Path.Combine(files.Folder, $"{name}.nii.gz"));
        }

        files.Write(SyntheticDicom.Slice(1, 0), "chest/1");
        files.Write(SyntheticDicom.Slice(2, 1), "chest/2");
        using var folder = new TemporaryFolder();
        var dataset = new BidsDataset(folder["out"], ScanFinder.Find([files.Folder]).Scans, "MRI");
        CollectionAssert.AreEquivalent(
            new[]
            {
                "sub-01/ses-a/anat/sub-01_ses-a_desc-restored_T1w.nii.gz", "sub-02/pet/sub-02_desc-restored_pet.nii.gz",
                "sub-chest/ct/sub-chest_desc-restored_ct.nii.gz",
                "sub-p7scan1/anat/sub-p7scan1_desc-restored_mri.nii.gz", "sub-p7scan1/anat/sub-p7scan1_run-2_desc-restored_mri.nii.gz",
            },
            dataset.Jobs.Select(job => Path.GetRelativePath(folder["out"], job.Destination)).ToArray());
        Assert.AreEqual("bids:source:p%207/scan%201.nii.gz",
            dataset.SourcesOf(dataset.Jobs.Single(job => job.Source.Name == "p 7/scan 1").Source).Single());
        dataset.Describe();
        var description = JsonDocument.Parse(File.ReadAllText(folder["out/dataset_description.json"])).RootElement;
        Assert.AreEqual("derivative", description.GetProperty("DatasetType").GetString());
        Assert.AreEqual(files.Folder,
            Path.GetFullPath(Path.Combine(folder["out"], description.GetProperty("DatasetLinks").GetProperty("source").GetString()!)));
    }

    [TestMethod]
    public void De_identified_results_in_BIDS_tell_no_names_of_sources()
    {
        using var files = new SyntheticDicom();
        foreach (var name in new[] { "sub-Doe/anat/sub-Doe_acq-Doe_T1w", "sub-Doe/anat/sub-Doe_T2w", "Jane Doe/scan", "Mrs Doe" })
        {
            NiftiSamples.WriteRamp(Path.Combine(files.Folder, $"{name}.nii.gz"));
        }

        using var folder = new TemporaryFolder();
        using var restorer = new Increment();
        var dataset = new BidsDataset(folder["out"], ScanFinder.Find([files.Folder]).Scans, "MRI", deidentify: true);
        dataset.Describe();
        foreach (var job in dataset.Jobs)
        {
            restorer.RestoreScan(job.Source, job.Destination,
                new() { Task = "CT", Derived = new() { Deidentify = true }, SidecarSources = dataset.SourcesOf(job.Source) });
        }

        Assert.HasCount(9, folder.Files);
        Assert.AreEqual(2, dataset.Jobs.Count(job =>
            job.Destination.Contains($"sub-{SubjectOf(dataset)}{Path.DirectorySeparatorChar}", StringComparison.Ordinal)));
        foreach (var file in folder.Files)
        {
            Assert.IsFalse(file.Contains("Doe", StringComparison.OrdinalIgnoreCase), file);
            Assert.IsFalse(file.EndsWith(".json", StringComparison.Ordinal)
                && File.ReadAllText(folder[file]).Contains("Doe", StringComparison.OrdinalIgnoreCase), file);
        }

        static string SubjectOf(BidsDataset dataset) =>
            Path.GetFileName(dataset.Jobs.Single(job => job.Source.Name.EndsWith("T2w", StringComparison.Ordinal)).Destination).Split(
                '_')[0]["sub-".Length..];
    }
}
