using Tat.Tests.Formats;
using Tat.Torch.Training.Resuming;
using Tat.Torch.Training.Steps;

namespace Tat.Tests.Training;

public sealed partial class CheckpointTests
{
    [TestMethod]
    public void Without_resume_a_folder_with_checkpoints_is_refused()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path, Iterations = 2 };
        using (Train(options))
        {
        }

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Train(options with { Resume = false }));
        StringAssert.Contains(error.Message, "up to iteration 2");
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_is_an_error_before_training()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "in the way");
        var error = Assert.ThrowsExactly<IOException>(() => Train(NoisyWaves.ShortTraining with { CheckpointFolder = file }));
        StringAssert.Contains(error.Message, $"Checkpoints cannot be written to '{file}'");
    }

    [TestMethod]
    public void A_folder_in_use_by_another_training_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var other = new CheckpointStore(folder.Path, 1);
        Assert.ThrowsExactly<IOException>(() => Train(NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path }));
    }

    [TestMethod]
    public void A_full_disk_leaves_earlier_checkpoints_untouched()
    {
        using var folder = new TemporaryFolder();
        using (Train(NoisyWaves.ShortTraining with { CheckpointFolder = folder.Path, Iterations = 2 }))
        {
        }

        using var store = new CheckpointStore(folder.Path, 3) { Through = _ => new FullDisk() };
        using var state = new TrainingState(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, NoisyWaves.ShortTraining);
        var manifest = new CheckpointManifest
        {
            ProductVersion = "1",
            Counters = new()
            {
                Iteration = 3,
            },
            Iterations = 9,
            Settings = [],
            SettingsHash = "",
            Seed = 1,
            Lists = []
        };
        var error = Assert.ThrowsExactly<IOException>(() => store.Save(state, manifest));
        StringAssert.Contains(error.Message, "The checkpoint of iteration 3 cannot be written");
        CollectionAssert.AreEqual(new long[] { 2 }, store.Iterations.ToArray());
    }

    [TestMethod]
    public void A_folder_that_vanishes_does_not_end_training()
    {
        using var folder = new TemporaryFolder();
        var checkpoints = Path.Combine(folder.Path, "checkpoints");
        var log = new ProgressLog(report =>
        {
            if (report.Iteration == 5)
            {
                Directory.Delete(checkpoints, recursive: true);
                File.WriteAllText(checkpoints, "in the way");
            }
        });
        using var model = Train(NoisyWaves.ShortTraining with { CheckpointFolder = checkpoints, CheckpointInterval = 4 }, log);
        Assert.AreEqual(12, log.Reports[^1].Iteration);
        var told = log.Reports.SelectMany(report => report.Messages).ToList();
        Assert.IsTrue(told.Any(message => message.Contains("The checkpoint of iteration 8 cannot be written", StringComparison.Ordinal)),
            string.Join('\n', told));
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > 10_000)
            {
                throw new IOException("No space left on device");
            }

            base.Write(buffer);
        }
    }
}
