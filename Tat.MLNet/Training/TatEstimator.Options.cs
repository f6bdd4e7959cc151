using Microsoft.ML;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.MLNet.Training;

public sealed partial class TatEstimator
{
    /// <summary>What to train, on what, and how.</summary>
    public sealed class Options : RestorationOptions
    {
        /// <summary>The column of references: Vector&lt;Single&gt;; needed for training only.</summary>
        /// <value>The default is <c>HighQuality</c>.</value>
        public string HighQualityColumnName { get; init; } = "HighQuality";

        /// <summary>The tasks to train: one for a specialist, several for an all-in-one model. Rows of other tasks are left out.</summary>
        /// <value>
        /// The default, <see langword="null"/>, is all tasks that the training data has, which must be among those of the model to start
        /// from, or of the paper. For MRI of any scanner give <see cref="TaskVocabulary.Scans"/>, or its
        /// <see cref="RestorationTask.MriByVolume"/>.
        /// </value>
        public TaskVocabulary? Tasks { get; init; }

        /// <summary>The architecture.</summary>
        /// <value>The default is <see cref="TatNetworkOptions.Paper"/>; on a CPU choose <see cref="TatNetworkOptions.Small"/>.</value>
        public TatNetworkOptions Network { get; init; } = TatNetworkOptions.Paper;

        /// <summary>
        /// How to train. Where it names no device, the GPU is that of <see cref="MLContext.GpuDeviceId"/>, and without one training runs on
        /// the CPU.
        /// </summary>
        /// <value>The default is <see cref="TatTrainerOptions.Paper"/>; on a CPU choose <see cref="TatTrainerOptions.Cpu"/>.</value>
        public TatTrainerOptions Training { get; init; } = TatTrainerOptions.Paper;

        /// <summary>
        /// Pairs for choosing the best weights, with the same columns as the training data, also those that the pipeline adds before the
        /// trainer.
        /// </summary>
        /// <value>The default is none: the last weights count.</value>
        public IDataView? ValidationSet { get; init; }

        /// <summary>
        /// Told about the progress, one report at a time, with losses per task, rate, time left, validations, and what the user should
        /// know.
        /// </summary>
        public Action<TrainingProgress>? MetricsCallback { get; init; }

        /// <summary>
        /// Ends training early, with an <see cref="OperationCanceledException"/> or, where <see cref="ReturnBestOnCancel"/> says so, with
        /// the best model so far.
        /// </summary>
        public CancellationToken CancellationToken { get; init; }

        /// <summary>
        /// Whether a training that is cancelled gives the best model so far, whose <see cref="TatTransformer.WasCancelled"/> is
        /// <see langword="true"/>, in place of an exception.
        /// </summary>
        /// <value>The default is <see langword="false"/>.</value>
        public bool ReturnBestOnCancel { get; init; }

        /// <summary>
        /// Memory in MiB for the pairs of a view that can only be read in order; further pairs wait in a temporary file in
        /// <see cref="MLContext.TempFilePath"/>, which vanishes after training.
        /// </summary>
        /// <value>The default is 256. Views of this library's loaders, also behind <c>TagTask</c>, need neither.</value>
        public int SpoolMegabytes { get; init; } = 256;

        internal override RestorationColumns Columns => base.Columns with { HighQuality = HighQualityColumnName };

        internal override void Validate()
        {
            base.Validate();
            Require(MarginColumnName is null, nameof(MarginColumnName), MarginColumnName,
                "leave it out: a model that has just been trained has no margins, which are found on other scans (command calibrate)");
            Require(SpoolMegabytes >= 0, nameof(SpoolMegabytes), SpoolMegabytes, "use 0 or more");
            Require(Network is not null, nameof(Network), null, "choose an architecture");
            Require(Training is not null, nameof(Training), null, "choose how to train");
            Network!.Validate();
            Training!.Validate();
        }
    }
}
