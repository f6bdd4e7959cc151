using Tat.Tests.Formats;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

/// <summary>Training never throws work away, and says at once what matters.</summary>
[TestClass]
public sealed partial class NothingLostTests
{
    private static readonly TatTrainerOptions _short = NoisyWaves.ShortTraining;

    [TestMethod]
    public void A_validation_image_without_a_measure_is_left_out_and_counted()
    {
        var log = new ProgressLog();
        var bad = new Edited(new NoisyWaves(RestorationTask.Ct), (_, pair) => pair.With(high: pixels => pixels[5] = float.NaN), 1);
        var flat = new Edited(new NoisyWaves(RestorationTask.Mri), (_, pair) => pair.With(high: pixels => Array.Fill(pixels, 7)), 1);
        using var model = Train(_short with { ValidationImagesPerTask = 6 }, NoisyWaves.ForTwoTasks, [bad, flat], log);
        CollectionAssert.AreEqual(
            new[]
            {
                "1 of 6 validation images of CT are left out. 'CT 1' cannot be measured: a pixel is NaN or infinite.",
                "1 of 6 validation images of MRI are left out. 'MRI 1' cannot be measured: the reference is constant inside the metric "
                + "window, so PSNR and SSIM have no data range.",
            },
            log.Reports[0].Messages.ToArray());
        Assert.AreEqual(5, log.Reports[^1].Validation!.Tasks["CT"].Images);
        Assert.IsTrue(double.IsFinite(log.Reports[^1].Validation!.MeanGain));
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(3f)]
    public void Validation_that_cannot_be_measured_at_all_is_an_error_before_training(float value)
    {
        using var folder = new TemporaryFolder();
        var log = new ProgressLog();
        var flat = new Edited(new NoisyWaves(RestorationTask.Ct), (_, pair) => pair.With(high: pixels => Array.Fill(pixels, value)));
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Train(_short with { CheckpointFolder = folder["c"], LogFolder = folder["l"] }, NoisyWaves.ForTwoTasks, [flat], log));
        StringAssert.Contains(error.Message, "No validation image, of 2, can be measured: 'CT 1'", StringComparison.Ordinal);
        StringAssert.Contains(log.Reports.Single().Messages.Single(), "2 of 2 validation images of CT are left out",
            StringComparison.Ordinal);
        Assert.AreEqual(0, log.Reports[0].Iteration);
        Assert.IsFalse(Directory.Exists(folder["l"]));
    }

    [TestMethod]
    public void It_is_said_which_tasks_have_no_validation()
    {
        var some = new ProgressLog();
        using (Train(_short with { Iterations = 1 }, NoisyWaves.ForTwoTasks, [new NoisyWaves(RestorationTask.Ct)], some))
        {
        }

        StringAssert.Contains(some.Reports[0].Messages.Single(), "no validation images of MRI: the best weights are chosen by CT alone",
            StringComparison.Ordinal);
        var none = new ProgressLog();
        using (Train(_short with { Iterations = 1 }, NoisyWaves.ForTwoTasks, [], none))
        {
        }

        Assert.AreEqual(0, none.Reports[0].Iteration);
        StringAssert.Contains(none.Reports[0].Messages.Single(), "no validation images: the last weights are the result",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_failure_in_the_middle_keeps_what_was_trained_and_names_the_image()
    {
        using var folder = new TemporaryFolder();
        var options = _short with { Iterations = 40, CheckpointFolder = folder.Path };
        var failing = new Edited(NoisyWaves.ForTwoTasks[0],
            (reads, pair) => reads < 20 ? pair : throw new FileNotFoundException("Could not find file '/scans/ct/3.nii'."));
        var log = new ProgressLog();
        var error = Assert.ThrowsExactly<IOException>(() =>
            Train(options with { ImageCacheMegabytes = 0 }, [failing, NoisyWaves.ForTwoTasks[1]], NoisyWaves.ForTwoTasks, log));
        StringAssert.Contains(error.Message, "'/scans/ct/3.nii'", StringComparison.Ordinal);
        var last = log.Reports[^1].Iteration;
        Assert.IsTrue(File.Exists(folder[FormattableString.Invariant($"checkpoint-{last:d9}.safetensors")]));
        using var kept = TatTrainer.LoadCheckpoint(folder.Path);
        Assert.AreEqual(log.Reports.Last(report => report.Validation?.IsBest == true).Iteration, kept.Card.Iterations);
    }

    [TestMethod]
    public void Without_a_folder_for_checkpoints_a_failure_keeps_what_was_trained_in_one_of_its_owner_alone()
    {
        var failing = new Edited(NoisyWaves.ForTwoTasks[0],
            (reads, pair) => reads < 20 ? pair : throw new FileNotFoundException("Could not find file '/scans/ct/3.nii'."));
        var log = new ProgressLog();
        var options = _short with { Iterations = 40, ImageCacheMegabytes = 0 };
        var error = Assert.ThrowsExactly<IOException>(() =>
            Train(options, [failing, NoisyWaves.ForTwoTasks[1]], NoisyWaves.ForTwoTasks, log));
        var folder = (string)error.Data[TatTrainer.KeptIn]!;
        try
        {
            var last = log.Reports[^1];
            StringAssert.Contains(last.Messages.Single(), $"is kept in '{folder}'", StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            }

            using (var kept = TatTrainer.LoadCheckpoint(folder))
            {
                Assert.AreEqual(log.Reports.Last(report => report.Validation?.IsBest == true).Iteration, kept.Card.Iterations);
            }

            var again = new ProgressLog();
            using var whole = Train(options with { CheckpointFolder = folder }, NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, again);
            StringAssert.StartsWith(
                again.Reports[0].Messages.Single(), $"Resumed. Iteration {last.Iteration} of 40 is done.", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Images_that_become_unreadable_are_skipped_by_option_and_told_once()
    {
        var log = new ProgressLog();
        IPairSource Failing(int from) =>
            new Edited(NoisyWaves.ForTwoTasks[0], (reads, pair) =>
                reads < from || pair.Name != "CT 1" ? pair : throw new FileNotFoundException($"Could not find file '{pair.Name}.nii'."));
        using var model = Train(_short with
        {
            SkipUnreadableImages = true,
            ImageCacheMegabytes = 0,
            ValidationImagesPerTask =
            6,
            Iterations = 24
        }, [Failing(0), NoisyWaves.ForTwoTasks[1]], [Failing(8), NoisyWaves.ForTwoTasks[1]], log);
        Assert.AreEqual(24, log.Reports[^1].Iteration);
        string[] told = [.. log.Reports.SelectMany(report => report.Messages)];
        Assert.HasCount(
            1, told.Where(message => message.StartsWith("Skipped an image that cannot be read: CT pair 1", StringComparison.Ordinal)));
        Assert.HasCount(1, told.Where(message =>
            message.StartsWith("A validation image is left out from now on. CT validation pair 1", StringComparison.Ordinal)));
        Assert.HasCount(1, told.Where(message => message.Contains("were measured again", StringComparison.Ordinal)),
            string.Join('\n', told));
        Assert.AreEqual(5, log.Reports[^1].Validation!.Tasks["CT"].Images);
    }

    [TestMethod]
    public void A_validation_image_that_vanishes_is_named()
    {
        using var folder = new TemporaryFolder();
        var failing = new Edited(NoisyWaves.ForTwoTasks[0],
            (reads, pair) => reads < 3 ? pair : throw new FileNotFoundException("Could not find file '/scans/v.nii'."));
        var error = Assert.ThrowsExactly<IOException>(() =>
            Train(_short with { CheckpointFolder = folder.Path }, NoisyWaves.ForTwoTasks, [failing], new()));
        StringAssert.Contains(error.Message, "CT validation pair 4 cannot be read: Could not find file '/scans/v.nii'.",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_training_that_is_finite_and_ruined_is_told_while_it_runs_once()
    {
        var watch = new LossWatch(600);
        string?[] Steps(int count, float error) =>
            [.. Enumerable.Range(0, count).Select(_ => watch.Add(new(1, 1, [1, 1], [error, error], [1, 1])))];
        Assert.IsTrue(Steps(100, 0.5f).Concat(Steps(100, 0.2f)).Concat(Steps(20, 0.9f)).Concat(Steps(100, 0.4f)).All(told => told is null));
        var ruined = Steps(200, 0.8f).OfType<string>().Single();
        StringAssert.Contains(ruined, "for 30 iterations its error has been 4.0 times the best that it had", StringComparison.Ordinal);
        Assert.IsTrue(Steps(50, 0f).All(told => told is null));
    }

    [TestMethod]
    public void A_ruined_training_says_so_long_before_its_end()
    {
        // From the fiftieth image on there is next to nothing to restore, so that what the network changes is a multiple of it.
        var log = new ProgressLog();
        IPairSource[] changing =
            [
                .. NoisyWaves.ForTwoTasks.Select(source => new Edited(source, (reads, pair) => reads < 50
                    ? pair
                    : new(new([.. pair.HighQuality.Pixels.Select(pixel => pixel * 1.0001f)], 24, 24), pair.HighQuality, pair.Name))),
            ];
        using var model = Train(_short with { Iterations = 90, ImageCacheMegabytes = 0 }, changing, [], log);
        var told = log.Reports.First(report =>
            report.Messages.Any(message => message.StartsWith("Training seems ruined", StringComparison.Ordinal)));
        Assert.IsLessThan(90, told.Iteration);
    }

    private static TatModel Train(
        TatTrainerOptions options, IReadOnlyList<IPairSource> train, IReadOnlyList<IPairSource> validation, ProgressLog log) =>
        new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train(train, validation, log);

    /// <summary>Pairs of which all, or one, are changed as they are read.</summary>
    private sealed class Edited(IPairSource source, Func<int, ImagePair, ImagePair> edit, int? only = null) : IPairSource
    {
        private int _reads = -1;

        public RestorationTask Task => source.Task;

        public int Count => source.Count;

        public string Fingerprint => source.Fingerprint;

        public ImagePair Read(int index) =>
            only is null || index == only ? edit(Interlocked.Increment(ref _reads), source.Read(index)) : source.Read(index);
    }
}

/// <summary>Changes pairs.</summary>
internal static class PairEditing
{
    public static ImagePair With(this ImagePair pair, Action<float[]> high)
    {
        float[] pixels = [.. pair.HighQuality.Pixels];
        high(pixels);
        return new(pair.LowQuality, new(pixels, pair.HighQuality.Height, pair.HighQuality.Width), pair.Name);
    }
}
