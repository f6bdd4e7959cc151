using Microsoft.ML;
using Tat.MLNet.Tagging;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Torch.Tasks;

namespace Tat.Tests.Tagging;

[TestClass]
public class TaskTaggingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("ct", "MR", "x/PET/a.dcm", "CT")]
    [DataRow("", "MR", "x/PET/a.dcm", "MRI")]
    [DataRow("", "PT", "a.dcm", "PET")]
    [DataRow("", "US", "x/PET/LQ/a.nii", "PET")]
    [DataRow("", "", "mri\\PET\\a.nii", "PET")]
    public void Without_rules_the_column_then_the_modality_then_the_folder_tells(string task, string modality, string path, string expected)
    {
        Assert.AreEqual(expected,
            Tag(_ml.ImageRestoration.TagTask(), new Row { Task = task, Modality = modality, FileName = path }).Single());
    }

    [TestMethod]
    public void Rules_of_the_user_come_in_their_order_and_know_tasks_of_the_user()
    {
        var ultrasound = new RestorationTask("Ultrasound", "echo", "dB", new(0, 60));
        var estimator = _ml.ImageRestoration.TagTask(new TaskTaggingEstimator.Options
        {
            Tasks = new(ultrasound, RestorationTask.Ct),
            Rules = [TaskRule.WhenMatches("FileName", @"_us\d+\.", "ultrasound"), TaskRule.FromModality(), TaskRule.FromFolder()],
        });

        CollectionAssert.AreEqual(new[] { "Ultrasound", "CT", "Ultrasound" }, Tag(
            estimator,
            new Row { Modality = "CT", FileName = "a_US12.nii" },
            new Row { Modality = "CT", FileName = "a.nii" },
            new Row { Modality = "MR", FileName = "ultrasound/b.nii" }));
    }

    [TestMethod]
    public void A_row_that_nothing_tells_of_is_an_error_that_names_the_file()
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Tag(_ml.ImageRestoration.TagTask(), new Row { FileName = "x/scan.nii" }));
        StringAssert.Contains(error.Message, "'x/scan.nii': none of the columns 'Task', 'Modality', 'FileName' tells its task");
        error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Tag(_ml.ImageRestoration.TagTask(), new Row { Task = "US", FileName = "x/scan.nii" }));
        StringAssert.Contains(error.Message, "'x/scan.nii': task 'US' is unknown; the known tasks are PET, CT, MRI.");
    }

    [TestMethod]
    public void What_cannot_work_is_said_before_anything_is_read()
    {
        var view = _ml.Data.LoadFromEnumerable([new Row()]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            _ml.ImageRestoration.TagTask("Task", TaskRule.WhenMatches("FileName", "x", "US")));
        Assert.ThrowsExactly<ArgumentException>(() => TaskRule.WhenMatches("FileName", "(?<=a)b", "CT"));
        Assert.Throws<ArgumentException>(() => TaskRule.WhenMatches("FileName", "(", "CT"));
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            _ml.ImageRestoration.TagTask("Task", TaskRule.FromColumn("Kind")).Fit(view));
        StringAssert.Contains(missing.Message, "Could not find input column 'Kind'");
    }

    [TestMethod]
    public void Tags_survive_saving_and_work_before_and_after_other_transforms()
    {
        using var folder = new TemporaryFolder();
        var view = _ml.Data.LoadFromEnumerable([new Row { FileName = "CT/a.nii" }, new Row { FileName = "b_pet.nii" }]);
        var pipeline = _ml.Transforms.CopyColumns("Path", "FileName")
            .Append(_ml.ImageRestoration.TagTask("Kind", TaskRule.WhenMatches("Path", "_pet", "PET"), TaskRule.FromFolder("Path")))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Kind"));
        _ml.Model.Save(pipeline.Fit(view), view.Schema, folder["tags.zip"]);

        var loaded = new MLContext().Model.Load(folder["tags.zip"], out _);
        CollectionAssert.AreEqual(new[] { "CT", "PET" }, loaded.Transform(view).Texts("Kind"));
        using var engine = _ml.Model.CreatePredictionEngine<Row, Tagged>(loaded);
        Assert.AreEqual("PET", engine.Predict(new() { FileName = "x_PET1.nii" }).Kind);
    }

    [TestMethod]
    public void Only_what_the_task_follows_from_is_read()
    {
        using var folder = new TemporaryFolder();
        var counter = new CountingOpener();
        SampleImages.Write(folder["CT/a.nii"]);
        var files = new Tat.MLNet.Loading.ImageFileLoader(new() { Task = "CT", SingleSliceFiles = true })
        {
            Open = counter.Open,
        }.Load(new Tat.MLNet.Loading.FileList([folder["CT/a.nii"]]));
        var view = _ml.ImageRestoration.TagTask().Fit(files).Transform(files);

        view.Texts("FileName");
        CollectionAssert.AreEqual(new[] { "CT" }, view.Texts("Task"));
        Assert.AreEqual(0, counter.Opened, "the loader told the task, so no file is asked for its modality");
        CollectionAssert.AreEqual(view.Texts("Task"), view.TextsInParallel("Task", 3));
    }

    private string[] Tag(TaskTaggingEstimator estimator, params Row[] rows)
    {
        var view = _ml.Data.LoadFromEnumerable(rows);
        return estimator.Fit(view).Transform(view).Texts("Task");
    }

    internal sealed class Row
    {
        public string Task { get; set; } = "";

        public string Modality { get; set; } = "";

        public string FileName { get; set; } = "";
    }

    internal sealed class Tagged
    {
        public string Kind { get; set; } = "";
    }
}
