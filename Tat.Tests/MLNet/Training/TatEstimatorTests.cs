using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Training;
using Tat.Tests.Formats;
using Tat.Tests.Loading;
using Tat.Tests.Runtime;
using Tat.Tests.Scoring;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

[TestClass]
public partial class TatEstimatorTests
{
    internal static readonly TatTrainerOptions _training = NoisyWaves.ShortTraining with { Iterations = 4, ValidationInterval = 2 };
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public async Task Pairs_become_a_model_that_restores_evaluates_and_is_loaded_in_a_fresh_process()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT", "MRI");
        var (train, test) = (_ml.ImageRestoration.LoadPairs(root, "train"), _ml.ImageRestoration.LoadPairs(root, "test"));
        var pipeline = _ml.ImageRestoration.TagTask("Task")
            .Append(_ml.ImageRestoration.Trainers.Tat(
                Options(training: _training with { CheckpointFolder = folder["checkpoints"], DataDescription = "ramps" })));
        var model = pipeline.Fit(train);
        using var transformer = model.LastTransformer;

        var restored = model.Transform(test);
        Assert.AreEqual("ramps", transformer.Card.Data);
        CollectionAssert.AreEquivalent(new[] { "CT", "MRI" }, transformer.Tasks.Select(task => task.Name).ToArray());
        Assert.AreEqual(3, transformer.Card.TrainingPairs["CT"]);
        CollectionAssert.AreEqual(test.Vectors("LowQuality").Select(image => image.Length).ToArray(),
            restored.Vectors("Restored").Select(image => image.Length).ToArray());
        Assert.AreEqual(6, _ml.ImageRestoration.Evaluate(restored).Overall.Images);

        _ml.Model.Save(model, train.Schema, folder["tat.zip"]);
        using (var rows = File.Create(folder["tat.zip.rows"]))
        {
            _ml.Data.SaveAsBinary(test, rows);
        }

        var fresh = await FreshProcess.Run("restore", (ModelProbes.Variable, folder["tat.zip"]));
        Assert.AreEqual((ModelProbes.Digest(restored), ""), (fresh.Output, fresh.Error));
        Assert.IsFalse(_ml.ImageRestoration.ReadModelInfo(folder["tat.zip"]).Card.Training.Values.Any(value => value.Contains(folder.Path)),
            "the card tells no path");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Rows_read_by_position_and_rows_read_in_order_train_the_same_model(bool byVolume)
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "MRI"));
        var tasks = byVolume ? new TaskVocabulary(RestorationTask.Ct, RestorationTask.MriByVolume) : null;
        using var byPosition = _ml.ImageRestoration.Trainers.Tat(Options(tasks: tasks)).Fit(pairs);
        using var inOrder = _ml.ImageRestoration.Trainers.Tat(Options(tasks: tasks, spoolMegabytes: 0)).Fit(_ml.Data.Cache(pairs));

        Assert.AreEqual(byVolume ? IntensityScaling.Volume : IntensityScaling.Fixed, byPosition.Tasks["MRI"].Scaling);
        Assert.AreEqual(ModelProbes.Digest(byPosition.Transform(pairs)), ModelProbes.Digest(inOrder.Transform(pairs)));
    }

    [TestMethod]
    public void Progress_reaches_the_callback_and_the_log_with_validations()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        var reports = new List<TrainingProgress>();
        var messages = new List<string>();
        _ml.Log += (_, message) => messages.Add(message.Message);
        using var model = _ml.ImageRestoration.Trainers.Tat(Options(
            validation: _ml.ImageRestoration.LoadPairs(root, "test"), callback: reports.Add)).Fit(_ml.ImageRestoration.LoadPairs(root));

        Assert.HasCount(4, reports.Where(report => report.Tasks.Count > 0));
        Assert.IsTrue(
            messages.Exists(message => message.Contains("1 of 2 validation images of CT are left out", StringComparison.Ordinal)));
        Assert.AreEqual(2, reports.Count(report => report.Validation is not null));
        Assert.IsTrue(messages.Exists(message => message.Contains("Iteration 4 of 4") && message.Contains("validation")));
        Assert.IsTrue(messages.Exists(message => message.Contains("3 pairs of CT")));
        Assert.AreEqual(1, model.Card.Validation["CT"].Images, "the other one is constant inside the window");
    }

    [TestMethod]
    public void Data_without_rows_is_refused()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            _ml.ImageRestoration.Trainers.Tat(Options()).Fit(_ml.Data.LoadFromEnumerable(Array.Empty<PairRow>())));
        StringAssert.Contains(error.Message, "the data has no rows");
    }

    [TestMethod]
    public void A_choice_of_tasks_leaves_the_others_out()
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "Ultrasound"));
        var ultrasound = new RestorationTask("ultrasound", "echo", "dB", new(0, 60));

        using var specialist = _ml.ImageRestoration.Trainers.Tat(Options(tasks: new(ultrasound))).Fit(pairs);
        Assert.AreEqual(ultrasound, specialist.Tasks.Single());

        var missing = Assert.ThrowsExactly<ArgumentException>(() =>
            _ml.ImageRestoration.Trainers.Tat(Options(tasks: new(ultrasound, RestorationTask.Pet))).Fit(pairs));
        StringAssert.Contains(missing.Message, "PET has no training pairs");
        var unknown = Assert.ThrowsExactly<InvalidDataException>(() => _ml.ImageRestoration.Trainers.Tat(Options()).Fit(pairs));
        StringAssert.Contains(unknown.Message, "Task 'Ultrasound' is unknown");
    }

    [TestMethod]
    public void References_are_needed_for_training_and_not_for_scoring()
    {
        using var folder = new TemporaryFolder();
        var root = SampleImages.WriteLayout(folder, "CT");
        var images = _ml.ImageRestoration.LoadImages(folder["CT/test/LQ"], "CT");
        var estimator = _ml.ImageRestoration.Trainers.Tat(Options());
        using var model = estimator.Fit(_ml.ImageRestoration.LoadPairs(root));

        Assert.HasCount(3, model.Transform(images).Vectors("Restored"));
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(images));
        Assert.AreEqual("Could not find input column 'HighQuality' (Parameter 'inputSchema')", error.Message);
        error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            _ml.Transforms.CopyColumns("Task", "Height").Append(estimator).Fit(_ml.ImageRestoration.LoadPairs(root)));
        StringAssert.Contains(error.Message,
            "Schema mismatch for input column 'Task': expected String or a key with text values, got Int32");
    }

    [TestMethod]
    public void Built_in_transforms_work_before_and_after_also_after_saving()
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT", "PET"));
        var pipeline = _ml.Transforms.CopyColumns("Noisy", "LowQuality")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Task"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.ImageRestoration.Trainers.Tat(Options(lowQuality: "Noisy", output: "Clean")))
            .Append(_ml.Transforms.CopyColumns("Result", "Clean"))
            .Append(_ml.Transforms.SelectColumns("Result", "FileName"));
        var model = pipeline.Fit(pairs);
        _ml.Model.Save(model, pairs.Schema, folder["chain.zip"]);

        var loaded = new MLContext().Model.Load(folder["chain.zip"], out _);
        var (expected, actual) = (model.Transform(pairs), loaded.Transform(pairs));
        CollectionAssert.AreEqual(
            new[] { "Result", "FileName" }, actual.Schema.Where(column => !column.IsHidden).Select(column => column.Name).ToArray());
        foreach (var (first, second) in expected.Vectors("Result").Zip(actual.Vectors("Result")))
        {
            CollectionAssert.AreEqual(first, second);
        }

        Assert.AreEqual(2, _ml.ImageRestoration.FindRestoration(loaded).Tasks.Count);
    }

    [TestMethod]
    public void Cross_validation_trains_a_model_for_each_fold()
    {
        using var folder = new TemporaryFolder();
        var pairs = _ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"));
        var pipeline = _ml.ImageRestoration.TagTask()
            .Append(_ml.ImageRestoration.Trainers.Tat(Options(training: _training with { Iterations = 1 })));

        var results = _ml.ImageRestoration.CrossValidate(pairs, pipeline, numberOfFolds: 2);
        CollectionAssert.AreEquivalent(new[] { 1, 2 }, results.Select(fold => fold.Metrics.Overall.Images).ToArray());
        foreach (var fold in results)
        {
            Assert.IsInstanceOfType<TatTransformer>(_ml.ImageRestoration.FindRestoration(fold.Model)).Dispose();
        }
    }

    [TestMethod]
    public void Options_out_of_range_and_missing_GPUs_are_refused()
    {
        using var folder = new TemporaryFolder();
        var strict = new MLContext { GpuDeviceId = 63, FallbackToCpu = false };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            strict.ImageRestoration.Trainers.Tat(Options()).Fit(_ml.ImageRestoration.LoadPairs(SampleImages.WriteLayout(folder, "CT"))));
        StringAssert.Contains(error.Message, "cuda:63");
        Assert.Throws<ArgumentException>(() => _ml.ImageRestoration.Trainers.Tat(Options(training: _training with { Iterations = 0 })));
        Assert.Throws<ArgumentException>(() => _ml.ImageRestoration.Trainers.Tat(Options(output: " ")));
        Assert.IsNotNull(_ml.ImageRestoration.Trainers.Tat(network: TinyModel.Network));
    }

    private sealed class PairRow
    {
        public float[] LowQuality { get; set; } = [];

        public float[] HighQuality { get; set; } = [];

        public int Height { get; set; }

        public int Width { get; set; }

        public string Task { get; set; } = "";
    }

    internal static TatEstimator.Options Options(
        TatTrainerOptions? training = null, TaskVocabulary? tasks = null, IDataView? validation = null,
        Action<TrainingProgress>? callback = null,
        CancellationToken cancellation = default, int spoolMegabytes = 1, string lowQuality = "LowQuality", string output = "Restored") =>
            new()
            {
                Network = TinyModel.Network,
                Training = training ?? _training,
                Tasks = tasks,
                ValidationSet = validation,
                MetricsCallback = callback,
                CancellationToken = cancellation,
                SpoolMegabytes = spoolMegabytes,
                LowQualityColumnName = lowQuality,
                OutputColumnName = output,
            };
}
