using System.Text;
using Tat.Tests.Formats;
using Tat.Tests.Model;
using Tat.Tests.Runtime;
using Tat.Torch.Checkpoints;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using Tat.Torch.Training.Reporting;

namespace Tat.Tests.Training;

[TestClass]
public sealed class TrainingLogTests
{
    [TestMethod]
    public void Logs_hold_every_report_and_go_on_after_an_interruption()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with
        {
            LogFolder = folder["logs"],
            CheckpointFolder = folder["checkpoints"],
            CheckpointInterval = 5,
        };
        using var cancel = new CancellationTokenSource();
        using (Train(options, new ProgressLog(report =>
        {
            if (report.Iteration == 7)
            {
                cancel.Cancel();
            }
        }), cancel.Token))
        {
        }

        File.Delete(folder["checkpoints/checkpoint-000000007.safetensors"]);
        var log = new ProgressLog();
        using (Train(options, log))
        {
        }

        string[] lines = File.ReadAllLines(folder["logs/training.csv"]);
        Assert.AreEqual("iteration,seconds,loss,rate,gradient_norm,CT_error,CT_input_error,CT_weight,CT_psnr,CT_ssim,CT_rmse,MRI_error,"
            + "MRI_input_error,MRI_weight,MRI_psnr,MRI_ssim,MRI_rmse,mean_psnr,mean_gain,best", lines[0]);
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 12).Select(i => $"{i}").ToArray(), lines.Skip(1).Select(line => line.Split(',')[0]).ToArray());
        Assert.AreEqual(log.Reports[^1].Tasks["MRI"].Loss, double.Parse(lines[^1].Split(',')[11]), 1e-12);

        string[] files = Directory.GetFiles(folder["logs"], "events.out.tfevents.*");
        Assert.HasCount(2, files);
        var second = files.Order().Select(EventFile.Read).Last();
        Assert.AreEqual("brain.Event:2", Encoding.UTF8.GetString(second[0][3].Single()));
        CollectionAssert.AreEqual(new byte[] { 8, 1 }, second[1][7].Single());
        Assert.AreEqual(6, second[1][2].Single()[0]);
        var values = EventFile.ReadMessage(second[^1][5].Single())[1].Select(EventFile.ReadMessage)
            .ToDictionary(value => Encoding.UTF8.GetString(value[1].Single()));
        Assert.AreEqual(12, second[^1][2].Single()[0]);
        Assert.AreEqual((float)log.Reports[^1].Loss, BitConverter.ToSingle(values["loss/balanced"][2].Single()));
        var image = EventFile.ReadMessage(values["CT input, restored, reference"][4].Single());
        Assert.AreEqual((24, 72), (image[1].Single()[0], image[2].Single()[0]));
        Assert.AreEqual(0x89, image[4].Single()[0]);
    }

    [TestMethod]
    public void A_log_folder_that_cannot_be_written_is_an_error_before_training()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "in the way");
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() =>
            Train(NoisyWaves.ShortTraining with { LogFolder = folder["file"] })).Message, "Training logs cannot be written");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_pipe_in_place_of_a_log_is_refused_and_not_waited_for()
    {
        using var folder = new TemporaryFolder();
        Assert.AreEqual(0, FreshProcess.Shell("mkfifo", folder["validation.csv"]));
        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() =>
            Train(NoisyWaves.ShortTraining with { LogFolder = folder.Path })).Message, "its validation.csv is a pipe or device");
    }

    [TestMethod]
    public void Logs_of_an_earlier_training_stay_as_they_are()
    {
        using var folder = new TemporaryFolder();
        var options = NoisyWaves.ShortTraining with { Iterations = 3, LogFolder = folder["logs"], CheckpointFolder = folder["a"] };
        using (Train(options))
        {
        }

        var before = Directory.GetFiles(folder["logs"]).Order().Select(file => (file, Convert.ToHexString(File.ReadAllBytes(file))))
            .ToArray();
        var anew = Assert.ThrowsExactly<IOException>(() => Train(options with { CheckpointFolder = null }));
        StringAssert.Contains(anew.Message, "it holds those of another training", StringComparison.Ordinal);

        // One that goes on from a checkpoint of its own is another one, too.
        using (Train(options with { LogFolder = null, CheckpointFolder = folder["b"] }))
        {
        }

        Assert.ThrowsExactly<IOException>(() => Train(options with { Iterations = 6, CheckpointFolder = folder["b"] }));
        CollectionAssert.AreEqual(before,
            Directory.GetFiles(folder["logs"]).Order().Select(file => (file, Convert.ToHexString(File.ReadAllBytes(file)))).ToArray());
        using var resumed = Train(options with { Iterations = 6 });
        Assert.HasCount(7, File.ReadAllLines(folder["logs/training.csv"]));
    }

    [TestMethod]
    public void Logs_on_a_full_disk_say_so_at_once_and_end_without_an_error()
    {
        using var folder = new TemporaryFolder();
        var log = new ProgressLog();
        using (Train(NoisyWaves.ShortTraining with { Iterations = 4 }, log))
        {
        }

        using var logs = new TrainingLog(folder["logs"], NoisyWaves.Tasks, "t", 0, _ => new SmallDisk());
        var told = log.Reports.Select(logs.Report).ToArray();
        StringAssert.Contains(told.OfType<string>().Single(), "No space left on device Training goes on without them.",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void Logs_that_go_on_keep_every_line_and_drop_one_that_was_cut_off()
    {
        using var folder = new TemporaryFolder();
        var log = new ProgressLog();
        using (Train(NoisyWaves.ShortTraining with { Iterations = 4, ValidationInterval = 2, LogFolder = folder["logs"] }, log))
        {
        }

        string[] tables = [folder["logs/training.csv"], folder["logs/validation.csv"]];
        var before = tables.Select(File.ReadAllText).ToArray();
        Array.ForEach(tables, table => File.AppendAllText(table, "4,1"));
        new TrainingLog(folder["logs"], NoisyWaves.Tasks, TrainingOf(folder), 4).Dispose();
        CollectionAssert.AreEqual(before, tables.Select(File.ReadAllText).ToArray());

        // What cannot be opened leaves them as they are.
        Assert.ThrowsExactly<IOException>(() => new TrainingLog(
            folder["logs"], NoisyWaves.Tasks, TrainingOf(folder), 4, _ => throw new IOException("No space left on device")));
        CollectionAssert.AreEqual(before, tables.Select(File.ReadAllText).ToArray());

        using (var again = new TrainingLog(folder["logs"], NoisyWaves.Tasks, TrainingOf(folder), 4))
        {
            Assert.IsNull(again.Report(log.Reports[^1]));
        }

        foreach (var (table, text) in tables.Zip(before))
        {
            StringAssert.StartsWith(File.ReadAllText(table), text, StringComparison.Ordinal);
        }

        static string TrainingOf(TemporaryFolder folder) => Directory.GetFiles(folder["logs"], "events*")[0].Split(".tat-")[^1];
    }

    [TestMethod]
    public void Cells_of_the_tables_begin_no_formula()
    {
        using var folder = new TemporaryFolder();
        var task = new RestorationTask("=cmd()", "intensity", "1", new(0, 1));
        var pairs = new Named(task);
        using (new TatTrainer(NoisyWaves.TinyNetwork, new(task),
            NoisyWaves.ShortTraining with { Iterations = 1, LogFolder = folder.Path }).Train([pairs], [pairs]))
        {
        }

        StringAssert.Contains(File.ReadAllText(folder["training.csv"]), ",\"'=cmd()_error\",", StringComparison.Ordinal);
        StringAssert.Contains(File.ReadAllText(folder["validation.csv"]), "1,\"'=cmd()\",\"'+a\uFFFD[2J,\"\"b\"\"\",2,",
            StringComparison.Ordinal);
    }

    [TestMethod]
    public void The_checksum_is_that_of_the_format()
    {
        // RFC 3720 B.4: the CRC-32C of 32 zero bytes is 8a9136aa.
        Assert.AreEqual(System.Numerics.BitOperations.RotateRight(0x8a9136aau, 15) + 0xA282EAD8,
            TensorBoardWriter.MaskedChecksum(new byte[32]));
    }

    [TestMethod]
    public void Training_can_start_from_weights_in_a_file()
    {
        using var folder = new TemporaryFolder();
        using (var network = new TatNetwork(NoisyWaves.TinyNetwork, 77))
        {
            WeightsFile.Export(network, folder["start.pth"]);
            var options = NoisyWaves.ShortTraining with
            {
                InitialWeights = folder["start.pth"],
                LearningRate = 1e-30,
                MinimumLearningRate = 0,
                WeightDecay = 0,
                Iterations = 2,
            };
            using var model = Train(options);
            Assert.AreEqual("start.pth", model.Card.InitialWeights);
            foreach (var (expected, actual) in network.named_parameters().Zip(model.Network.named_parameters()))
            {
                GoldenVectors.AssertClose(expected.parameter, actual.parameter, 1e-20, expected.name);
            }
        }

        var other = NoisyWaves.TinyNetwork with { RepresentationFeatures = 3 };
        var error = Assert.ThrowsExactly<InvalidDataException>(() => new TatTrainer(other, NoisyWaves.Tasks,
            NoisyWaves.ShortTraining with { InitialWeights = folder["start.pth"] }).Train(NoisyWaves.ForTwoTasks, []));
        StringAssert.Contains(error.Message, "tren.E.0.weight is");
    }

    private sealed class Named(RestorationTask task) : IPairSource
    {
        private readonly NoisyWaves _waves = new(task);

        public RestorationTask Task => task;

        public int Count => _waves.Count;

        public ImagePair Read(int index) => _waves.Read(index);

        public string VolumeOf(int index) => "+a\u001b[2J,\"b\"";
    }

    /// <summary>Takes the headings of the tables, and not much more.</summary>
    private sealed class SmallDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) =>
            base.Write(Length + buffer.Length <= 700 ? buffer : throw new IOException("No space left on device"));
    }

    private static TatModel Train(TatTrainerOptions options, ProgressLog? log = null, CancellationToken cancellationToken = default) =>
        new TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train(
            NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log, cancellationToken);
}
