using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Scoring;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.Tests.Evaluation;

[TestClass]
public class EvaluationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Metrics_are_those_of_the_engine_per_task_and_over_all()
    {
        var rows = Rows(9);
        var metrics = _ml.ImageRestoration.Evaluate(_ml.Data.LoadFromEnumerable(rows));

        // Of the rows as they were written down, past data views, columns and cursors, which is what the evaluator adds to the engine.
        var expected = rows.Select(row =>
        {
            var task = TaskVocabulary.Paper[row.Task];
            return (Task: task, Quality: ImageQuality.Measure(new(row.Restored, 12, 13), new(row.HighQuality, 12, 13), task.MetricWindow));
        }).ToList();
        Assert.AreEqual(QualitySummary.OverTasks(expected), metrics.Overall);
        CollectionAssert.AreEquivalent(new[] { "PET", "CT", "MRI" }, metrics.PerTask.Keys.ToArray());
        foreach (var task in TaskVocabulary.Paper)
        {
            Assert.AreEqual(QualitySummary.Of(expected.Where(row => row.Task == task).Select(row => row.Quality)),
                metrics.PerTask[task.Name]);
        }

        CollectionAssert.AreEqual(expected.Select(row => row.Quality).ToArray(), metrics.Images.Select(image => image.Quality).ToArray());
        CollectionAssert.AreEqual(rows.Select(row => row.FileName).ToArray(), metrics.Images.Select(image => image.FileName).ToArray());
    }

    [TestMethod]
    public void The_input_can_be_evaluated_as_well_as_the_result()
    {
        var view = _ml.Data.LoadFromEnumerable(Rows(3));
        var input = _ml.ImageRestoration.Evaluate(view, scoreColumnName: "LowQuality");
        Assert.IsLessThan(_ml.ImageRestoration.Evaluate(view).Overall.Psnr.Mean, input.Overall.Psnr.Mean);
    }

    [TestMethod]
    public void Columns_of_any_name_are_evaluated_and_cross_validated()
    {
        var rows = Rows(9);
        var plain = _ml.Data.LoadFromEnumerable(rows);
        var renamed = _ml.Transforms.SelectColumns("Label", "Output", "Lines", "Samples", "Kind", "Path").Fit(Copied()).Transform(Copied());
        var metrics = _ml.ImageRestoration.Evaluate(renamed, "Label", "Output", "Kind", "Lines", "Samples", "Path");

        Assert.AreEqual(_ml.ImageRestoration.Evaluate(plain).Overall, metrics.Overall);
        CollectionAssert.AreEqual(rows.Select(row => row.FileName).ToArray(), metrics.Images.Select(image => image.FileName).ToArray());
        var folds = _ml.ImageRestoration.CrossValidate(
            renamed, new RecordingEstimator([], "Path"), 3, "Path", null, "Label", "Output", "Kind", "Lines", "Samples", "Path");
        CollectionAssert.AreEquivalent(rows.Select(row => row.FileName).ToArray(),
            folds.SelectMany(fold => fold.Metrics.Images).Select(image => image.FileName).ToArray());

        IDataView Copied() => new[] { ("Label", "HighQuality"), ("Output", "Restored"), ("Lines", "Height"), ("Samples", "Width"), ("Kind",
            "Task"), ("Path", "FileName") }
            .Aggregate(plain, (view, name) => _ml.Transforms.CopyColumns(name.Item1, name.Item2).Fit(view).Transform(view));
    }

    [TestMethod]
    public void Windows_of_the_model_that_restored_the_images_are_found_in_its_output()
    {
        var narrow = new RestorationTask("CT", "attenuation", "HU", new(-1024, 3072), new(0, 5));
        using var transformer = new FakeTransformer(new(new TaskVocabulary(narrow)));
        var rows = Rows(3);
        rows.ForEach(row => row.Task = "ct");
        var restored = _ml.Data.Cache(transformer.Transform(_ml.Data.LoadFromEnumerable(rows)));

        var metrics = _ml.ImageRestoration.Evaluate(restored);
        Assert.AreEqual(narrow.MetricWindow, metrics.Images[0].Task.MetricWindow);
        Assert.IsTrue(metrics.PerTask.ContainsKey("CT"));
    }

    [TestMethod]
    public void A_constant_reference_is_counted_and_spoils_no_average()
    {
        var rows = Rows(6);
        Array.Fill(rows[1].HighQuality, 3);
        var metrics = _ml.ImageRestoration.Evaluate(_ml.Data.LoadFromEnumerable(rows));

        Assert.AreEqual(1, metrics.Overall.UndefinedImages);
        Assert.IsTrue(double.IsFinite(metrics.Overall.Psnr.Mean));
        Assert.IsNotNull(metrics.Images[1].Quality.Problem);
    }

    [TestMethod]
    public void What_cannot_be_evaluated_is_named()
    {
        var rows = Rows(2);
        rows[1].HighQuality = [];
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Evaluate(rows)).Message,
            "'scan 1': column 'HighQuality' is empty");
        rows = Rows(2);
        rows[1].Task = "US";
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Evaluate(rows)).Message,
            "'scan 1': column 'Task' says 'US'");
        Assert.ThrowsExactly<InvalidOperationException>(() => Evaluate([]));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            _ml.ImageRestoration.Evaluate(_ml.Data.LoadFromEnumerable(rows), "Truth")).Message, "Could not find input column 'Truth'");
    }

    [TestMethod]
    public void Regions_are_measured_file_by_file_where_a_column_has_their_labels()
    {
        var rows = Rows(3);
        rows[1].Task = rows[0].Task;
        rows[1].FileName = rows[0].FileName;
        rows.ForEach(row => row.Regions = [.. Enumerable.Range(0, 12 * 13).Select(i => (float)(i / 100))]);
        var view = _ml.Data.LoadFromEnumerable(rows);
        Assert.IsEmpty(_ml.ImageRestoration.Evaluate(view).Regions);
        var regions = _ml.ImageRestoration.Evaluate(view, regionColumnName: "Regions").Regions;
        CollectionAssert.AreEqual(new[] { ("scan 0", 1, 112L), ("scan 2", 1, 56L) },
            regions.Select(region => (region.FileName, region.Score.Label, region.Score.Pixels)).ToArray());
        Assert.AreEqual(rows.Take(2).SelectMany(row => row.Restored.Skip(100)).Average(), regions[0].Score.Mean, 1e-5);
        rows[2].Regions[7] = 0.5f;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() =>
            _ml.ImageRestoration.Evaluate(_ml.Data.LoadFromEnumerable(rows), regionColumnName: "Regions")).Message,
            "'scan 2': The mask has the value 0.5", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Folds_keep_groups_together_cover_everything_once_and_spread_the_tasks()
    {
        var rows = Rows(60);
        rows.ForEach(row => row.FileName = $"{row.Task}-p{row.Number / 6}-s{row.Number}");
        var trained = new List<string[]>();
        var results = _ml.ImageRestoration.CrossValidate(
            _ml.Data.LoadFromEnumerable(rows), new RecordingEstimator(trained), numberOfFolds: 3, groupPattern: @"^(\w+-p\d+)-", seed: 5);

        Assert.HasCount(3, results);
        CollectionAssert.AreEquivalent(
            rows.Select(row => row.FileName).ToArray(), results.SelectMany(fold => fold.ScoredHoldOutSet.Texts("FileName")).ToArray());
        foreach (var fold in results)
        {
            var held = fold.ScoredHoldOutSet.Texts("FileName");
            Assert.AreEqual(held.Length, fold.Metrics.Images.Count);
            Assert.IsEmpty(held.Select(Group).Intersect(trained[fold.Fold].Select(Group)));
            Assert.AreEqual(60, held.Length + trained[fold.Fold].Length);
            Assert.HasCount(3, fold.Metrics.PerTask);
        }

        var other = _ml.ImageRestoration.CrossValidate(
            _ml.Data.LoadFromEnumerable(rows), new RecordingEstimator([]), numberOfFolds: 3, groupPattern: @"^(\w+-p\d+)-", seed: 5);
        CollectionAssert.AreEqual(results[1].ScoredHoldOutSet.Texts("FileName"), other[1].ScoredHoldOutSet.Texts("FileName"));

        static string Group(string name) => name[..name.LastIndexOf('-')];
    }

    [TestMethod]
    public void Fewer_groups_than_folds_are_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            _ml.ImageRestoration.CrossValidate(_ml.Data.LoadFromEnumerable(Rows(4)), new RecordingEstimator([]), 5));
        StringAssert.Contains(error.Message, "5 folds needs as many groups, and column 'FileName' tells 4 apart");
    }

    [TestMethod]
    public void Slices_of_a_volume_stay_together_in_folds_and_in_a_split_by_file()
    {
        using var folder = new TemporaryFolder();
        for (var volume = 0; volume < 4; volume++)
        {
            SampleImages.Write(folder[$"CT/train/LQ/{volume}.nii"], slices: 5);
            SampleImages.Write(folder[$"CT/train/HQ/{volume}.nii"], 0.5f, slices: 5);
        }

        var data = _ml.ImageRestoration.LoadPairs(folder.Path);
        var results = _ml.ImageRestoration.CrossValidate(data, new RecordingEstimator([]), 4, scoreColumnName: "LowQuality");
        Assert.IsTrue(
            results.All(fold => fold.ScoredHoldOutSet.Texts("FileName").Distinct().Count() == 1 && fold.Metrics.Images.Count == 5));

        var split = _ml.Data.TrainTestSplit(data, 0.5, "FileName", seed: 2);
        Assert.IsEmpty(split.TrainSet.Texts("FileName").Intersect(split.TestSet.Texts("FileName")));
        Assert.HasCount(20, split.TrainSet.Rows().Concat(split.TestSet.Rows()).ToArray());
    }

    private void Evaluate(List<Row> rows) => _ml.ImageRestoration.Evaluate(_ml.Data.LoadFromEnumerable(rows));

    private static List<Row> Rows(int count) => [.. Enumerable.Range(0, count).Select(number =>
    {
        var random = new Random(number);
        float[] truth = [.. Enumerable.Range(0, 12 * 13).Select(pixel => 5 + (4 * MathF.Sin(pixel * 0.3f)))];
        return new Row
        {
            Number = number,
            HighQuality = truth,
            LowQuality = [.. truth.Select(value => value + (2 * random.NextSingle()))],
            Restored = [.. truth.Select(value => value + random.NextSingle())],
            Height = 12,
            Width = 13,
            Task = new[] { "PET", "CT", "MRI" }[number % 3],
            FileName = $"scan {number}",
        };
    })];

    internal sealed class Row
    {
        public int Number { get; set; }

        public float[] LowQuality { get; set; } = [];

        public float[] HighQuality { get; set; } = [];

        public float[] Restored { get; set; } = [];

        public float[] Regions { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public string Task { get; set; } = "";

        public string FileName { get; set; } = "";
    }

    /// <summary>Passes rows through, and remembers which files it was trained on.</summary>
    private sealed class RecordingEstimator(List<string[]> trained, string column = "FileName") : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            trained.Add(input.Texts(column));
            return new TransformerChain<ITransformer>();
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }
}
