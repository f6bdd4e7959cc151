using Tat.MLNet.Tagging;

namespace Tat.MLNet;

public sealed partial class ImageRestorationCatalog
{
    /// <summary>
    /// Tells the task of each image: from rules, or without them from the column itself, the DICOM modality, or the folder. See
    /// <see cref="TaskTaggingEstimator"/>.
    /// </summary>
    /// <param name="outputColumnName">The column that receives the task's name.</param>
    /// <param name="rules">What tells the task; the first that does counts.</param>
    public TaskTaggingEstimator TagTask(string outputColumnName = "Task", params TaskRule[] rules) =>
        new(new() { OutputColumnName = outputColumnName, Rules = rules });

    /// <summary>Tells the task of each image, with tasks of the user's own. See <see cref="TaskTaggingEstimator"/>.</summary>
    /// <param name="options">The rules that determine the task, and the tasks there are.</param>
    public TaskTaggingEstimator TagTask(TaskTaggingEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options);
    }
}
