using Tat.Torch.Checkpoints;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scoring;

/// <summary>How a model that was trained elsewhere is used in a pipeline.</summary>
public sealed class PretrainedOptions
{
    /// <summary>What a file of bare weights does not say: tasks, train size. A saved model says it all.</summary>
    /// <value>The default is the paper's tasks and train size.</value>
    public WeightsImportOptions Weights { get; init; } = new();

    /// <summary>The column of images to restore: Vector&lt;Single&gt;.</summary>
    /// <value>The default is <c>LowQuality</c>.</value>
    public string LowQualityColumnName { get; init; } = "LowQuality";

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

    /// <summary>At most how many images a cursor restores together.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>What happens to images that have a NaN or infinite value.</summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    internal ScoringColumns Columns => new()
    {
        LowQuality = LowQualityColumnName,
        Height = HeightColumnName,
        Width = WidthColumnName,
        Task = TaskColumnName,
        FileName = FileNameColumnName,
        Restored = OutputColumnName,
    };
}
