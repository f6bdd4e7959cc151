using Tat.MLNet.Views;
using Tat.Torch.Files;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scoring;

/// <summary>
/// What all components that restore images are told: which columns, how many images at a time, and what happens to images that cannot be
/// restored.
/// </summary>
public abstract class RestorationOptions
{
    private protected RestorationOptions()
    {
    }

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

    /// <summary>The column that receives the restored images: Vector&lt;Single&gt;.</summary>
    /// <value>The default is <c>Restored</c>.</value>
    public string OutputColumnName { get; init; } = "Restored";

    /// <summary>At most how many images a cursor restores together.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = BatchPlan.ImagesPerCall;

    /// <summary>What happens to images that have a NaN or infinite value.</summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    /// <summary>Restore each image in eight orientations and take the mean: less error for eight times the time.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Ensemble { get; init; }

    /// <summary>How much of what the model changes is applied, 0 … 1.</summary>
    /// <value>The default is 1.</value>
    public double Strength { get; init; } = 1;

    internal virtual RestorationColumns Columns => new()
    {
        LowQuality = LowQualityColumnName,
        Height = HeightColumnName,
        Width = WidthColumnName,
        Task = TaskColumnName,
        FileName = FileNameColumnName,
        Restored = OutputColumnName,
    };

    internal virtual void Validate()
    {
        var columns = Columns;
        foreach (var (option, name) in new[]
        {
            (nameof(LowQualityColumnName), columns.LowQuality), ("HighQualityColumnName", columns.HighQuality),
            (nameof(HeightColumnName), columns.Height), (nameof(WidthColumnName), columns.Width),
            (nameof(TaskColumnName), columns.Task), (nameof(FileNameColumnName), columns.FileName),
            (nameof(OutputColumnName), columns.Restored),
        })
        {
            Require(!string.IsNullOrWhiteSpace(name), option, $"'{name}'", "give the name of a column");
        }

        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "use 1 or more");
        Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "use Throw or PassThrough");
        Require(Strength is >= 0 and <= 1, nameof(Strength), Strength, "use a number from 0 to 1");
    }

    private protected static void Require(bool holds, string option, object? value, string advice) =>
        OptionCheck.Require(holds, "restoration", option, value, advice);
}
