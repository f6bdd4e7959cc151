using Tat.MLNet.Views;
using Tat.Torch.Files;
using Tat.Torch.Inference;
using Tat.Torch.Model;

namespace Tat.MLNet.Scoring;

/// <summary>
/// Options of all components that restore images: the columns, the number of images at a time, and what happens to images that cannot be
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

    /// <summary>
    /// Give results the local means of their images, as <see cref="RestorationVariants.WithLocalMeans"/> does: regions and
    /// lesions keep more of what was measured, and of MRI the frequencies that were.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LocalMeans { get; init; }

    /// <summary>How much of what the model changes is applied, 0 … 1.</summary>
    /// <value>The default is 1.</value>
    public double Strength { get; init; } = 1;

    /// <summary>
    /// The column that receives how far each restored value may be off, a Vector&lt;Single&gt; as long: half the width of the interval
    /// about it that holds the value of a good scan in 90 of 100 pixels, see <see cref="MarginRestorer"/>. Implies <see cref="Ensemble"/>,
    /// needs a model whose card has <see cref="ModelCard.Margins"/>, and is refused beside <see cref="LocalMeans"/> or another
    /// <see cref="Strength"/> than 1.
    /// </summary>
    /// <value>The default is <see langword="null"/>: no such column.</value>
    public string? MarginColumnName { get; init; }

    internal virtual RestorationColumns Columns => new()
    {
        LowQuality = LowQualityColumnName,
        Height = HeightColumnName,
        Width = WidthColumnName,
        Task = TaskColumnName,
        FileName = FileNameColumnName,
        Restored = OutputColumnName,
        Margin = MarginColumnName,
    };

    internal virtual void Validate()
    {
        var columns = Columns;
        foreach (var (option, name) in new[]
        {
            (nameof(LowQualityColumnName), columns.LowQuality), ("HighQualityColumnName", columns.HighQuality),
            (nameof(HeightColumnName), columns.Height), (nameof(WidthColumnName), columns.Width),
            (nameof(TaskColumnName), columns.Task), (nameof(FileNameColumnName), columns.FileName),
            (nameof(OutputColumnName), columns.Restored), (nameof(MarginColumnName), columns.Margin ?? "none"),
        })
        {
            Require(!string.IsNullOrWhiteSpace(name), option, $"'{name}'", "give the name of a column");
        }

        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "use 1 or more");
        Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "use Throw or PassThrough");
        Require(Strength is >= 0 and <= 1, nameof(Strength), Strength, "use a number from 0 to 1");
        Require(MarginColumnName is null || MarginColumnName != OutputColumnName, nameof(MarginColumnName), MarginColumnName,
            "give it a name of its own");
        Require(MarginColumnName is null || (Strength == 1 && !LocalMeans), nameof(MarginColumnName), MarginColumnName,
            "leave out LocalMeans and Strength, as margins are those of the model in full");
    }

    private protected static void Require(bool holds, string option, object? value, string advice) =>
        OptionCheck.Require(holds, "restoration", option, value, advice);
}
