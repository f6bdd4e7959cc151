using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>How good scans for training are read.</summary>
public sealed record GoodScanOptions
{
    /// <summary>The tasks whose folders are read.</summary>
    /// <value>The default is PET, CT and MRI, the last scaled by volume.</value>
    public TaskVocabulary Tasks { get; init; } = TaskVocabulary.Scans;

    /// <summary>The patients that are held out for validation: names of folders below the task, or their paths from the task on, as in <c>CT/patient7</c>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyCollection<string> HoldOut { get; init => field = value.ToHashSet(StringComparer.OrdinalIgnoreCase); } = [];

    /// <summary>Side of a pixel in mm, for images that do not record it; without it they are left out.</summary>
    public double? PixelSpacing { get; init; }

    /// <summary>Read CT images without Rescale Slope and Intercept as if their stored values were HU, instead of leaving them out.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowUncalibratedCt { get; init; }

    /// <summary>Memory in MiB for slices; further ones wait in a temporary file.</summary>
    /// <value>The default is 2,048.</value>
    public int MemoryMegabytes { get; init; } = 2048;
}
