using Microsoft.ML;
using Tat.MLNet.Evaluation;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Tasks;

namespace Tat.MLNet;

public sealed partial class ImageRestorationCatalog
{
    /// <summary>Measures PSNR, SSIM and RMSE of images against their references, per task and over all.</summary>
    /// <param name="data">Images, references, their sizes and tasks; file names and <c>SliceIndex</c> name images where the data has
    /// them.</param>
    /// <param name="labelColumnName">The references.</param>
    /// <param name="scoreColumnName">The images to judge; <c>LowQuality</c> tells what there was before restoration.</param>
    /// <param name="taskColumnName">The tasks' names, text or key.</param>
    /// <param name="heightColumnName">The images' numbers of rows.</param>
    /// <param name="widthColumnName">The images' numbers of columns.</param>
    /// <param name="fileNameColumnName">Names images; the data need not have it.</param>
    /// <param name="tasks">The metric windows; <see langword="null"/> takes the tasks of the model that restored the images, or else those
    /// of the paper.</param>
    /// <param name="regionColumnName">A vector with the label of each pixel, whole numbers and 0 for none: means and maxima are then
    /// measured region by region, too. <see langword="null"/> for no regions.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">An image has no reference of its size, or an unknown task; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The data has no rows.</exception>
    public RestorationMetrics Evaluate(
        IDataView data,
        string labelColumnName = "HighQuality",
        string scoreColumnName = "Restored",
        string taskColumnName = "Task",
        string heightColumnName = "Height",
        string widthColumnName = "Width",
        string fileNameColumnName = "FileName",
        TaskVocabulary? tasks = null,
        string? regionColumnName = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        var columns = new RestorationColumns
        {
            HighQuality = labelColumnName,
            Restored = scoreColumnName,
            Task = taskColumnName,
            Height = heightColumnName,
            Width = widthColumnName,
            FileName = fileNameColumnName,
        };
        return RestorationEvaluator.Evaluate(data, columns, tasks, regionColumnName, cancellationToken);
    }

    /// <summary>Trains and evaluates several times, each time holding out another part of the data.</summary>
    /// <param name="data">The pairs.</param>
    /// <param name="estimator">The pipeline; its last transformer makes <paramref name="scoreColumnName"/>.</param>
    /// <param name="numberOfFolds">How many parts, at least 2.</param>
    /// <param name="groupColumnName">
    /// The text column whose values stay together: with <c>FileName</c> no slice of a volume is in training and hold-out at the same time.
    /// Where several files show one patient, name a column that tells patients apart, or give <paramref name="groupPattern"/>.
    /// </param>
    /// <param name="groupPattern">A regular expression without look-around; its first capture in the column, or else its match, is the
    /// group. <see langword="null"/> for the whole text.</param>
    /// <param name="labelColumnName">The references.</param>
    /// <param name="scoreColumnName">The images to judge.</param>
    /// <param name="taskColumnName">The tasks' names; where the data has them already, each task is spread evenly over the folds.</param>
    /// <param name="heightColumnName">The images' numbers of rows.</param>
    /// <param name="widthColumnName">The images' numbers of columns.</param>
    /// <param name="fileNameColumnName">Names images; the data need not have it.</param>
    /// <param name="seed">Decides which group goes to which fold; <see langword="null"/> for the seed of the context, or else 0.</param>
    /// <param name="cancellationToken">Stops between folds and between the images of an evaluation; give it to the trainer's options,
    /// too.</param>
    /// <returns>The folds in order. Dispose the models of those that are not needed any more.</returns>
    /// <exception cref="ArgumentException">There are fewer groups than folds.</exception>
    public IReadOnlyList<RestorationCrossValidationResult> CrossValidate(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string groupColumnName = "FileName",
        string? groupPattern = null,
        string labelColumnName = "HighQuality",
        string scoreColumnName = "Restored",
        string taskColumnName = "Task",
        string heightColumnName = "Height",
        string widthColumnName = "Width",
        string fileNameColumnName = "FileName",
        int? seed = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(estimator);
        var folds = new GroupedFolds(
            data, numberOfFolds, groupColumnName, groupPattern, taskColumnName, seed ?? Context.Settings().Seed ?? 0);
        var results = new List<RestorationCrossValidationResult>();
        for (var fold = 0; fold < numberOfFolds; fold++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = estimator.Fit(folds.AllBut(fold));
            var scored = model.Transform(folds.Only(fold));
            results.Add(new(model, Evaluate(scored, labelColumnName, scoreColumnName, taskColumnName, heightColumnName, widthColumnName,
                fileNameColumnName, cancellationToken: cancellationToken), scored, fold));
        }

        return results;
    }
}
