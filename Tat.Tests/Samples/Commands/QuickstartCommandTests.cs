using System.Text.Json;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Samples;
using Tat.Samples.Commands;
using Tat.Samples.Reports;
using Tat.Samples.Shell;
using Tat.Tests.Formats;
using Tat.Torch.Baselines;
using Tat.Torch.Pretrained;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Samples;

/// <summary>The whole path with very little training: what the quickstart leaves, and that other commands go on from there.</summary>
[TestClass]
public sealed class QuickstartCommandTests
{
    private static readonly TemporaryFolder _folder = new();
    private static readonly BeforeTraining _output = new(_folder["qs/report.html"]);

    private static string Model => _folder["qs/tat.zip"];

    [ClassInitialize]
    public static void RunQuickstart(TestContext _)
    {
        var terminal = new Terminal(_output, _output, isInteractive: false);
        var scan = Loading.SampleImages.Write(_folder["own.nii"], 500, rows: 40, columns: 48, slices: 3);
        var own = QuickstartCommand.RestoreOwn(terminal, scan, "MRI", default);
        QuickstartCommand.Run(terminal, _folder["qs"], Sizes, own, default);
    }

    private static QuickstartCommand.Sizes Sizes => new(ImageSize: 32, TrainingPairs: 4, TestPairs: 2, MriFactor: 2,
        TatTrainerOptions.FineTuning with { Iterations = 4, WarmUpIterations = 0, PatchSize = 32 });

    [ClassCleanup]
    public static void RemoveFolder() => _folder.Dispose();

    [TestMethod]
    [DataRow("--minutes is a time above 0", "--minutes", "0")]
    [DataRow("--task belongs to the image that --scan names", "--task", "CT")]
    public async Task Options_that_mean_nothing_are_refused_before_anything_is_written(string cause, params string[] options)
    {
        (await Cli.RunAsync(["quickstart", "--out", _folder["refused"], .. options])).AssertFailed(ExitCodes.WrongUsage, cause);
        Assert.IsFalse(Directory.Exists(_folder["refused"]));
    }

    [TestMethod]
    public async Task It_needs_no_options()
    {
        var run = await Cli.RunAsync("quickstart", "--out", _folder["refused"], "--device", "abacus");
        run.AssertFailed(run.ExitCode, "abacus");
        Assert.IsFalse(Directory.Exists(_folder["refused"]));
    }

    [TestMethod]
    public void It_leaves_data_model_and_report_and_says_what_next()
    {
        Assert.IsTrue(File.Exists(Model));
        var report = File.ReadAllText(_folder["qs/report.html"]);
        foreach (var part in new[] { "PET", "CT", "MRI", "PSNR", "Phantoms are not patients", "<svg" })
        {
            StringAssert.Contains(report, part, StringComparison.Ordinal);
        }

        StringAssert.Contains(_output.ToString(), "PSNR (dB)", StringComparison.Ordinal);
        StringAssert.Contains(_output.ToString(), "Phantoms are not patients", StringComparison.Ordinal);
        StringAssert.Contains(report, "Model, trained further", StringComparison.Ordinal);
        StringAssert.Contains(report, "Non-local means", StringComparison.Ordinal);
        Assert.IsTrue(File.Exists(_folder["qs/report.png"]));
        Assert.DoesNotContain("time limit", _output.ToString());
        foreach (var anatomy in new[] { "head", "torso" })
        {
            StringAssert.Contains(report, $"ct-{anatomy}", StringComparison.Ordinal);
        }

        Assert.HasCount(2, Directory.GetFiles(_folder["qs/data/CT/test/LQ"]));
        Assert.DoesNotContain(".tmp", string.Join(' ', _folder.Files));
    }

    [TestMethod]
    public void What_the_model_does_as_it_comes_is_on_the_page_before_the_training_begins()
    {
        StringAssert.Contains(_output.Report, "Read this first", StringComparison.Ordinal);
        StringAssert.Contains(_output.Report, "Non-local means", StringComparison.Ordinal);
        Assert.DoesNotContain("trained further", _output.Report);
        var final = File.ReadAllText(_folder["qs/report.html"]);
        StringAssert.Contains(final, "Learning curves", StringComparison.Ordinal);

        // Filters change CT phantoms for the better, so that there is a sentence about it, whoever is ahead.
        foreach (var subject in new[] { "As it comes, ", "Trained further, " })
        {
            StringAssert.Contains(final, $"<li>{subject}CT: ", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    public void A_scan_of_the_user_comes_first_beside_a_filter()
    {
        foreach (var report in new[] { _output.Report, File.ReadAllText(_folder["qs/report.html"]) })
        {
            var first = report.Split("<section class=\"card case\">")[1];
            StringAssert.Contains(first, $"own.nii, slice 2, by {TatPretrained.Card.Title}", StringComparison.Ordinal);
            var filters = StandardFilters.For(RestorationTask.Mri).Select(filter => $"<b>{PageText.Html(filter.Name)}</b>");
            Assert.IsTrue(filters.Any(filter => first.Contains(filter, StringComparison.Ordinal)), "the filter");
        }
    }

    [TestMethod]
    public async Task Inspect_shows_the_card_of_its_model()
    {
        var run = await Cli.RunAsync("inspect", Model, "--json");
        run.AssertDone();
        var model = JsonDocument.Parse(run.Output).RootElement[0];
        Assert.AreEqual(4, model.GetProperty("card").GetProperty("iterations").GetInt32());
        Assert.AreEqual(4, model.GetProperty("card").GetProperty("trainingPairs").GetProperty("MRI").GetInt32());
    }

    [TestMethod]
    public async Task Its_model_restores_a_real_volume_with_equal_geometry()
    {
        var source = TestData.Path("data/nifti/v_t2_i16.nii.gz");
        (await Cli.RunAsync("restore", source, "--model", Model, "--task", "MRI", "--out", _folder["mr.nii.gz"])).AssertDone();
        using var before = ImageFormats.Open(source);
        using var after = ImageFormats.Open(_folder["mr.nii.gz"]);
        Assert.AreEqual(before.Affine!.ToString(), after.Affine!.ToString());
        Assert.AreEqual((before.Rows, before.Columns, before.SliceCount), (after.Rows, after.Columns, after.SliceCount));
    }

    [TestMethod]
    public async Task Evaluate_and_report_measure_its_model()
    {
        var run = await Cli.RunAsync("evaluate", "--data", _folder["qs/data"], "--model", Model, "--json", "--csv", _folder["images.csv"]);
        run.AssertDone();
        var models = JsonDocument.Parse(run.Output).RootElement.EnumerateArray()
            .Where(row => row.GetProperty("method").GetString() == "Model").ToList();
        Assert.HasCount(3, models);
        Assert.IsTrue(models.TrueForAll(row =>
            double.IsFinite(row.GetProperty("psnr").GetDouble()) && row.GetProperty("pValue").GetDouble() is > 0 and <= 1));

        // Two images of three tasks: input, model and reference of each.
        Assert.HasCount(1 + 18, File.ReadAllLines(_folder["images.csv"]));
        (await Cli.RunAsync("report", "--data", _folder["qs/data"], "--model", Model, "--out", _folder["r.html"])).AssertDone();
        StringAssert.Contains(File.ReadAllText(_folder["r.html"]), "PSNR", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Train_takes_the_same_data()
    {
        string[] command =
        [
            "train", "--data", _folder["qs/data"], "--tasks", "CT", "MRI", "--iterations", "2", "--patch", "32", "--out",
            _folder["mine.zip"],
        ];
        var run = await Cli.RunAsync(command);
        run.AssertDone();
        (await Cli.RunAsync(command)).AssertFailed(1, "--overwrite");
        var inspect = await Cli.RunAsync("inspect", _folder["mine.zip"], "--json");
        Assert.AreEqual(2, JsonDocument.Parse(inspect.Output).RootElement[0].GetProperty("tasks").GetArrayLength());
    }

    [TestMethod]
    public async Task Logs_of_a_training_become_learning_curves_of_a_report()
    {
        (await Cli.RunAsync("train", "--data", _folder["qs/data"], "--iterations", "2", "--patch", "32", "--out", _folder["logged.zip"],
            "--logs", _folder["logs"])).AssertDone();
        Assert.HasCount(1, Directory.GetFiles(_folder["logs"], "events.out.tfevents.*"));
        (await Cli.RunAsync("report", "--data", _folder["qs/data"], "--model", _folder["logged.zip"], "--logs", _folder["logs"], "--out",
            _folder["curves.html"])).AssertDone();
        StringAssert.Contains(File.ReadAllText(_folder["curves.html"]), "Learning curves", StringComparison.Ordinal);
        (await Cli.RunAsync("report", "--data", _folder["qs/data"], "--model", _folder["logged.zip"], "--logs", _folder["qs"], "--out",
            _folder["none.html"])).AssertFailed(1, "training.csv");
    }

    [TestMethod]
    public async Task Training_that_its_time_limit_ends_says_how_far_it_came()
    {
        var run = await Cli.RunAsync("train", "--data", _folder["qs/data"], "--iterations", "1000000", "--minutes", "0.01", "--patch", "32",
            "--out", _folder["short.zip"]);
        run.AssertDone();
        StringAssert.Contains(run.Output, "of 1000000 iterations", StringComparison.Ordinal);
    }

    [TestMethod]
    public async Task Cancelled_training_keeps_the_best_model_so_far()
    {
        using var cancellation = new CancellationTokenSource();
        var (output, errors) = (new CancellingWriter("iteration", cancellation), new StringWriter());
        var exitCode = await CommandLine.RunAsync(
            ["train", "--data", _folder["qs/data"], "--iterations", "1000000", "--patch", "32", "--out", _folder["best.zip"]],
            new Terminal(output, errors, isInteractive: false, plainInterval: TimeSpan.Zero), cancellation.Token);
        new Cli(exitCode, output.ToString(), errors.ToString()).AssertFailed(1, "cancelled");
        StringAssert.Contains(output.ToString(), "best model so far", StringComparison.Ordinal);
        (await Cli.RunAsync("inspect", _folder["best.zip"])).AssertDone();
    }

    [TestMethod]
    public async Task A_damaged_model_is_an_explained_error()
    {
        File.WriteAllText(_folder["bad.zip"], "no zip");
        new NiftiFormat().Write(_folder["a.nii"], [new(new float[64], 8, 8)]);
        (await Cli.RunAsync("restore", _folder["a.nii"], "--model", _folder["bad.zip"], "--task", "MRI", "--out",
            _folder["b.nii"])).AssertFailed(1, "bad.zip");
        (await Cli.RunAsync("inspect", _folder["bad.zip"])).AssertFailed(1, "bad.zip");
    }

    /// <summary>Keeps the report that there is when the training begins.</summary>
    private sealed class BeforeTraining(string report) : StringWriter
    {
        public string Report { get; private set; } = "";

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith("Training it further", StringComparison.Ordinal) == true)
            {
                Report = File.ReadAllText(report);
            }
        }
    }

    /// <summary>Presses Ctrl-C when it is told a certain text.</summary>
    private sealed class CancellingWriter(string text, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
            {
                cancellation.Cancel();
            }
        }
    }
}
