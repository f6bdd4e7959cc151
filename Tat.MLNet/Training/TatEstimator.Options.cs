using Microsoft.ML;
using Tat.Torch.Inference;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.MLNet.Training;

public sealed partial class TatEstimator
{
    /// <summary>What to train, on what, and how.</summary>
    public sealed class Options
    {
        /// <summary>The column of images to restore: Vector&lt;Single&gt;.</summary>
        /// <value>The default is <c>LowQuality</c>.</value>
        public string LowQualityColumnName { get; init; } = "LowQuality";

        /// <summary>The column of references: Vector&lt;Single&gt;; needed for training only.</summary>
        /// <value>The default is <c>HighQuality</c>.</value>
        public string HighQualityColumnName { get; init; } = "HighQuality";

        /// <summary>The column of the images' numbers of rows: Int32.</summary>
        /// <value>The default is <c>Height</c>.</value>
        public string HeightColumnName { get; init; } = "Height";

        /// <summary>The column of the images' numbers of columns: Int32.</summary>
        /// <value>The default is <c>Width</c>.</value>
        public string WidthColumnName { get; init; } = "Width";

        /// <summary>The column of task names: text, or key with text values.</summary>
        /// <value>The default is <c>Task</c>.</value>
        public string TaskColumnName { get; init; } = "Task";

        /// <summary>The text column that names images in messages; the data need not have it.</summary>
        /// <value>The default is <c>FileName</c>.</value>
        public string FileNameColumnName { get; init; } = "FileName";

        /// <summary>The column that receives the restored images.</summary>
        /// <value>The default is <c>Restored</c>.</value>
        public string OutputColumnName { get; init; } = "Restored";

        /// <summary>The tasks to train: one for a specialist, several for an all-in-one model. Rows of other tasks are left out.</summary>
        /// <value>The default, <see langword="null"/>, is all tasks that the training data has, which must be among those of the model to start from, or of the paper. For MRI of any scanner give <see cref="TaskVocabulary.Scans"/>, or its <see cref="RestorationTask.MriByVolume"/>.</value>
        public TaskVocabulary? Tasks { get; init; }

        /// <summary>The architecture.</summary>
        /// <value>The default is <see cref="TatNetworkOptions.Paper"/>; on a CPU choose <see cref="TatNetworkOptions.Small"/>.</value>
        public TatNetworkOptions Network { get; init; } = TatNetworkOptions.Paper;

        /// <summary>How to train. Where it names no device, the GPU is that of <see cref="MLContext.GpuDeviceId"/>, and without one training runs on the CPU.</summary>
        /// <value>The default is <see cref="TatTrainerOptions.Paper"/>; on a CPU choose <see cref="TatTrainerOptions.Cpu"/>.</value>
        public TatTrainerOptions Training { get; init; } = TatTrainerOptions.Paper;

        /// <summary>Pairs for choosing the best weights, with the same columns as the training data, also those that the pipeline adds before the trainer.</summary>
        /// <value>The default is none: the last weights count.</value>
        public IDataView? ValidationSet { get; init; }

        /// <summary>Told about the progress, one report at a time, with losses per task, rate, time left, validations, and what the user should know.</summary>
        public Action<TrainingProgress>? MetricsCallback { get; init; }

        /// <summary>Ends training early; the result is the best model so far.</summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>Memory in MiB for the pairs of a view that can only be read in order; further pairs wait in a temporary file in <see cref="MLContext.TempFilePath"/>, which vanishes after training.</summary>
        /// <value>The default is 256. Views of this library's loaders, also behind <c>TagTask</c>, need neither.</value>
        public int SpoolMegabytes { get; init; } = 256;

        /// <summary>At most how many images a cursor of the trained model restores together.</summary>
        /// <value>The default is 16.</value>
        public int BatchSize { get; init; } = 16;

        /// <summary>What the trained model does with images that have a NaN or infinite value.</summary>
        /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
        public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

        internal void Validate()
        {
            foreach (var (option, name) in new[]
            {
                (nameof(LowQualityColumnName), LowQualityColumnName), (nameof(HighQualityColumnName), HighQualityColumnName), (nameof(HeightColumnName), HeightColumnName), (nameof(WidthColumnName), WidthColumnName),
                (nameof(TaskColumnName), TaskColumnName), (nameof(FileNameColumnName), FileNameColumnName), (nameof(OutputColumnName), OutputColumnName),
            })
            {
                ArgumentException.ThrowIfNullOrWhiteSpace(name, option);
            }

            ArgumentNullException.ThrowIfNull(Network);
            ArgumentNullException.ThrowIfNull(Training);
            ArgumentOutOfRangeException.ThrowIfNegative(SpoolMegabytes);
            ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
            Network.Validate();
            Training.Validate();
        }
    }
}
