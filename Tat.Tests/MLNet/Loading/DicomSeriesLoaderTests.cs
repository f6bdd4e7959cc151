using Microsoft.ML;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Loading;
using Tat.Tests.Formats.Dicom;

namespace Tat.Tests.Loading;

[TestClass]
public class DicomSeriesLoaderTests
{
    [TestMethod]
    public void Each_slice_of_each_series_is_a_row()
    {
        using var files = Study();
        var view = new MLContext().ImageRestoration.LoadDicom(files.Folder);
        CollectionAssert.AreEqual(
            new[]
            {
                "LowQuality", "Height", "Width", "Task", "FileName", "SliceIndex", "VolumeLevel", "VolumeExtent", "Modality",
                "PixelSpacing", "SeriesInstanceUID", "SOPInstanceUID", "InstanceNumber",
            },
            view.Schema.Select(column => column.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "c.dcm#0", "b.dcm#1", "a.dcm#2", "d.dcm#0" }, view.Rows());
        CollectionAssert.AreEqual(new[] { 3, 2, 1, 1 }, view.Numbers("InstanceNumber"));
        CollectionAssert.AreEqual(new[] { "1.2.3.4", "1.2.3.4", "1.2.3.4", "1.2.3.5" }, view.Texts("SeriesInstanceUID"));
        CollectionAssert.AreEqual(new[] { "1.2.3.4.3", "1.2.3.4.2", "1.2.3.4.1", "1.2.3.5.1" }, view.Texts("SOPInstanceUID"));
        CollectionAssert.AreEqual(new[] { 8, 8, 8, 8 }, view.Numbers("Height"));
        Assert.AreEqual(300 - 1024f, view.Vectors("LowQuality")[0][0]);
    }

    [TestMethod]
    public void A_pattern_chooses_files_and_an_option_the_series()
    {
        using var files = Study();
        var catalog = new MLContext().ImageRestoration;
        CollectionAssert.AreEqual(new[] { "d.dcm#0" }, catalog.LoadDicom(Path.Combine(files.Folder, "two", "*.dcm")).Rows());
        CollectionAssert.AreEqual(new[] { "d.dcm#0" }, catalog.LoadDicom(Path.Combine(files.Folder, "**", "d*")).Rows());
        CollectionAssert.AreEqual(
            new[] { "d.dcm#0" }, catalog.LoadDicom(files.Folder, new() { Reading = new() { SeriesInstanceUid = "1.2.3.5" } }).Rows());
        Assert.ThrowsExactly<InvalidDataException>(() => catalog.LoadDicom(Path.Combine(files.Folder, "*.nothing")));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => catalog.LoadDicom(Path.Combine(files.Folder, "three", "*")));
    }

    [TestMethod]
    public void The_task_follows_from_the_modality()
    {
        using var files = Study();
        var ml = new MLContext();
        var view = ml.ImageRestoration.LoadDicom(files.Folder);
        var tagged = ml.ImageRestoration.TagTask().Fit(view).Transform(view);
        CollectionAssert.AreEqual(new[] { "CT", "CT", "CT", "PET" }, tagged.Texts("Task"));
    }

    [TestMethod]
    public void A_series_that_is_no_volume_is_refused_with_its_reason()
    {
        using var files = Study();
        File.Delete(Path.Combine(files.Folder, "one", "b.dcm"));
        files.Write(SyntheticDicom.Slice(9, 20), "one/e.dcm");
        var catalog = new MLContext().ImageRestoration;
        Assert.Contains("missing", Assert.ThrowsExactly<ImageFormatException>(() => catalog.LoadDicom(files.Folder)).Message);
        Assert.HasCount(4, catalog.LoadDicom(files.Folder, new() { Reading = new() { AllowIrregularSeries = true } }).Rows());
    }

    [TestMethod]
    public void A_damaged_file_is_named_unless_it_tells_of_another_series()
    {
        using var files = Study();
        var damaged = Path.Combine(files.Folder, "one", "z.dcm");
        File.WriteAllBytes(damaged, File.ReadAllBytes(Path.Combine(files.Folder, "one", "a.dcm"))[..^40]);
        var catalog = new MLContext().ImageRestoration;
        Assert.Contains("z.dcm", Assert.ThrowsExactly<ImageFormatException>(() => catalog.LoadDicom(files.Folder)).Message);
        var other = new DicomSeriesLoader.Options { Reading = new() { SeriesInstanceUid = "1.2.3.5" } };
        CollectionAssert.AreEqual(new[] { "d.dcm#0" }, catalog.LoadDicom(files.Folder, other).Rows());

        // One that tells no series may belong to any.
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..200]);
        Assert.Contains("z.dcm", Assert.ThrowsExactly<ImageFormatException>(() => catalog.LoadDicom(files.Folder, other)).Message);
    }

    [TestMethod]
    public void The_loader_is_saved_with_a_model()
    {
        using var files = Study();
        var ml = new MLContext();
        var loader = ml.ImageRestoration.CreateDicomLoader(new() { Reading = new() { SeriesInstanceUid = "1.2.3.5" } });
        var path = Path.Combine(files.Folder, "model.zip");
        ml.Model.Save(ml.ImageRestoration.TagTask().Fit(loader.Load(Source(files))), loader, path);
        var loaded = new MLContext().Model.LoadWithDataLoader(path, out var again);
        CollectionAssert.AreEqual(new[] { "PET" }, loaded.Transform(again.Load(Source(files))).Texts("Task"));
    }

    private static Microsoft.ML.Data.MultiFileSource Source(SyntheticDicom files) =>
        new([.. Directory.GetFiles(files.Folder, "*.dcm", SearchOption.AllDirectories)]);

    private static SyntheticDicom Study()
    {
        var files = new SyntheticDicom();
        files.Write(SyntheticDicom.Slice(1, 6), "one/a.dcm");
        files.Write(SyntheticDicom.Slice(2, 3), "one/b.dcm");
        files.Write(SyntheticDicom.Slice(3, 0), "one/c.dcm");
        var pet = SyntheticDicom.Pet();
        pet.SetText(Tags.SeriesInstanceUid, DicomVr.UI, "1.2.3.5");
        pet.SetText(Tags.SopInstanceUid, DicomVr.UI, "1.2.3.5.1");
        files.Write(pet, "two/d.dcm");
        return files;
    }
}
