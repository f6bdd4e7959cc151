using Microsoft.ML;
using Tat.Tests.Formats;

namespace Tat.Tests.Loading;

[TestClass]
public class ImageListLoaderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(',')]
    [DataRow(';')]
    [DataRow('\t')]
    public void A_list_names_files_tasks_slices_and_further_columns(char separator)
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["low/a.nii"], slices: 3);
        SampleImages.Write(folder["high/a.nii"], 0.5f, slices: 3);
        SampleImages.Write(folder["low/b, c.nii"], 7);
        File.WriteAllLines(folder["pairs.csv"],
        [
            "LowQuality,HighQuality,Task,SliceIndex,Patient".Replace(',', separator),
            "low/a.nii,high/a.nii,CT,1,\"first \"\"one\"\"\"".Replace(',', separator),
            "",
            "low/a.nii,high/a.nii,CT,,first".Replace(',', separator),
            $"\"low/b, c.nii\"{separator}{separator}{separator}{separator}second",
        ]);

        var view = _ml.ImageRestoration.LoadList(folder["pairs.csv"]);
        CollectionAssert.AreEqual(new[] { "a.nii#1", "a.nii#0", "a.nii#1", "a.nii#2", "b, c.nii#0" }, view.Rows());
        CollectionAssert.AreEqual(new[] { "CT", "CT", "CT", "CT", "" }, view.Texts("Task"));
        CollectionAssert.AreEqual(new[] { "first \"one\"", "first", "first", "first", "second" }, view.Texts("Patient"));
        CollectionAssert.AreEqual(
            new[] { 1000.5f, 0.5f, 1000.5f, 2000.5f }, view.Vectors("HighQuality").Take(4).Select(pixels => pixels[0]).ToArray());
        Assert.IsEmpty(view.Vectors("HighQuality")[4]);
    }

    [TestMethod]
    [DataRow("Image,Task\na.nii,CT\n", "has no column 'LowQuality'; its heading names Image, Task")]
    [DataRow("LowQuality,SliceIndex\na.nii,-1\n", "line 2: '-1' is not a slice index")]
    [DataRow("LowQuality,Task\na.nii,CT\nb.nii\n", "line 3: has 1 field where the heading has 2")]
    [DataRow("LowQuality,Task\n,CT\n", "line 2: names no image")]
    [DataRow("LowQuality,Task\n\"a.nii,CT\n", "line 2: a quote is not closed")]
    [DataRow("LowQuality,Task\n", "lists nothing")]
    [DataRow("", "is empty")]
    public void What_is_wrong_with_a_list_is_said_with_its_line(string text, string problem)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.csv"], text);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.LoadList(folder["pairs.csv"]));
        StringAssert.Contains(error.Message, problem);
        StringAssert.Contains(error.Message, "pairs.csv");
    }

    [TestMethod]
    public void A_slice_that_the_file_does_not_have_is_an_error_when_it_is_read()
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["a.nii"], slices: 2);
        File.WriteAllText(folder["pairs.csv"], "LowQuality,SliceIndex\na.nii,2\n");

        var view = _ml.ImageRestoration.LoadList(folder["pairs.csv"]);
        var error = Assert.Throws<IOException>(() => view.Vectors("LowQuality"));
        StringAssert.Contains(error.Message, "has 2 slices, and slice 2 was asked for");
    }

    [TestMethod]
    public void Further_columns_are_kept_by_a_saved_loader()
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["a.nii"]);
        File.WriteAllText(folder["pairs.csv"], "LowQuality,Patient\na.nii,x\n");
        _ml.Model.Save(null, _ml.ImageRestoration.CreateListLoader(new() { Columns = ["Patient"] }), folder["loader.zip"]);

        new MLContext().Model.LoadWithDataLoader(folder["loader.zip"], out var loaded);
        CollectionAssert.AreEqual(new[] { "x" }, loaded.Load(new Microsoft.ML.Data.MultiFileSource(folder["pairs.csv"])).Texts("Patient"));
    }

    [TestMethod]
    public void Images_without_references_are_loaded_from_a_file_or_a_folder()
    {
        using var folder = new TemporaryFolder();
        SampleImages.Write(folder["x/a.nii"], slices: 2);
        SampleImages.Write(folder["x/y/b.nii.gz"], 4);

        CollectionAssert.AreEqual(
            new[] { "CT/a.nii#0", "CT/a.nii#1", "CT/b.nii.gz#0" }, _ml.ImageRestoration.LoadImages(folder["x"], "CT").TaskRows());
        var one = _ml.ImageRestoration.LoadImages(folder["x/y/b.nii.gz"]);
        Assert.AreEqual(4f, one.Vectors("LowQuality").Single()[0]);
        Assert.IsNull(one.Schema.GetColumnOrNull("HighQuality"));
        Assert.ThrowsExactly<InvalidDataException>(() =>
            _ml.ImageRestoration.LoadImages(Directory.CreateDirectory(folder["empty"]).FullName));
    }
}
