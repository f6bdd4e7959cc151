using Microsoft.ML;
using Tat.MLNet.Training;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Training;

namespace Tat.MLNet;

/// <summary>The trainers of image restoration; reached as <c>mlContext.ImageRestoration.Trainers</c>.</summary>
public sealed class ImageRestorationTrainers
{
    private readonly MLContext _context;

    internal ImageRestorationTrainers(MLContext context) => _context = context;

    /// <summary>Trains a Task-Adaptive Transformer. See <see cref="TatEstimator"/>.</summary>
    /// <param name="options">What to train, on what, and how.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <example>
    /// <code>
    /// var ml = new MLContext(seed: 42);
    /// var pipeline = ml.ImageRestoration.TagTask("Task")
    /// .Append(ml.ImageRestoration.Trainers.Tat(new TatEstimator.Options { Network = TatNetworkOptions.Small, Training =
    /// TatTrainerOptions.Cpu })); var model = pipeline.Fit(ml.ImageRestoration.LoadPairs("data", split: "train"));
    /// var metrics = ml.ImageRestoration.Evaluate(model.Transform(ml.ImageRestoration.LoadPairs("data", split: "test")));
    /// </code>
    /// </example>
    public TatEstimator Tat(TatEstimator.Options options) => new(_context, options);

    /// <summary>Trains a Task-Adaptive Transformer. See <see cref="TatEstimator"/>.</summary>
    /// <param name="outputColumnName">The column that receives the restored images: Vector&lt;Single&gt;, in the task's unit.</param>
    /// <param name="lowQualityColumnName">The images to restore.</param>
    /// <param name="highQualityColumnName">Their references.</param>
    /// <param name="taskColumnName">The names of their tasks.</param>
    /// <param name="network">The architecture; <see langword="null"/> for the paper's.</param>
    /// <param name="training">How to train; <see langword="null"/> for the paper's protocol.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TatEstimator Tat(
        string outputColumnName = "Restored",
        string lowQualityColumnName = "LowQuality",
        string highQualityColumnName = "HighQuality",
        string taskColumnName = "Task",
        TatNetworkOptions? network = null,
        TatTrainerOptions? training = null) => Tat(new TatEstimator.Options
        {
            OutputColumnName = outputColumnName,
            LowQualityColumnName = lowQualityColumnName,
            HighQualityColumnName = highQualityColumnName,
            TaskColumnName = taskColumnName,
            Network = network ?? TatNetworkOptions.Paper,
            Training = training ?? TatTrainerOptions.Paper,
        });

    /// <summary>
    /// Trains the model that comes with this library further, on pairs of one's own: it learns their scanner and protocol in minutes.
    /// </summary>
    /// <param name="training">How to train; <see langword="null"/> for <see cref="TatTrainerOptions.FineTuning"/>. Its initial weights are
    /// those of the model.</param>
    /// <remarks>
    /// The columns are <c>LowQuality</c>, <c>HighQuality</c>, <c>Height</c>, <c>Width</c> and <c>Task</c>, as loaders name them. Other
    /// columns and options: <see cref="Tat(TatEstimator.Options)"/> with <see cref="TatPretrained.Name"/> as initial weights.
    /// </remarks>
    /// <example>
    /// <code>
    /// var model = ml.ImageRestoration.Trainers.FineTune().Fit(ml.ImageRestoration.LoadPairs("data", split: "train"));
    /// </code>
    /// </example>
    public TatEstimator FineTune(TatTrainerOptions? training = null)
    {
        var options = (training ?? TatTrainerOptions.FineTuning) with { InitialWeights = TatPretrained.Name };
        return Tat(new TatEstimator.Options { Network = TatPretrained.Network with { TrainSize = options.PatchSize }, Training = options });
    }
}
