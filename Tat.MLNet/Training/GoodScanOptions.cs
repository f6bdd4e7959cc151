using Tat.Torch.Degradation;
using Tat.Torch.Files;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.MLNet.Training;

/// <summary>How good scans for training are read, and how low-quality counterparts are made of them.</summary>
public sealed record GoodScanOptions
{
    /// <summary>The tasks whose folders are read.</summary>
    /// <value>The default is PET, CT and MRI, the last scaled by volume.</value>
    public TaskVocabulary Tasks { get; init; } = TaskVocabulary.Scans;

    /// <summary>
    /// The patients that are held out for validation: names of folders below the task, or their paths from the task on, as in
    /// <c>CT/patient7</c>.
    /// </summary>
    /// <value>The default is none.</value>
    public IReadOnlyCollection<string> HoldOut { get; init => field = value.ToHashSet(StringComparer.OrdinalIgnoreCase); } = [];

    /// <summary>How the images of each task are degraded while training.</summary>
    /// <value>
    /// The default is <see cref="CtDoseRange"/>, <see cref="PetCountRange"/> and <see cref="MriResolutionRange"/> as they are. A task of
    /// your own needs one of its name.
    /// </value>
    public IReadOnlyList<IDegradationRange> Degradations { get; init; } =
    [
        new CtDoseRange(), new PetCountRange(), new MriResolutionRange(),
    ];

    /// <summary>
    /// The share of phantoms among the training images of a task, 0 … 1, by the task's name; where it is 1, or there are no scans of the
    /// task, it is trained on phantoms alone.
    /// </summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, double> Phantoms { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// The share of training images, phantoms included, that small lesions are put into, 0 … 1, by the task's name; see
    /// <see cref="LesionImages"/>.
    /// </summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, double> Lesions { get; init; } = new Dictionary<string, double>();

    /// <summary>Which phantoms are made, and which lesions.</summary>
    /// <value>The default is <see cref="TatTrainerOptions.DefaultSeed"/>.</value>
    public ulong Seed { get; init; } = TatTrainerOptions.DefaultSeed;

    /// <summary>Side of a pixel in mm, for images that do not record it; without it they are left out.</summary>
    public double? PixelSpacing { get; init; }

    /// <summary>
    /// Read CT images without Rescale Slope and Intercept as if their stored values were HU, instead of leaving them out.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowUncalibratedCt { get; init; }

    /// <summary>Memory in MiB for slices; further ones wait in a temporary file.</summary>
    /// <value>The default is 2,048.</value>
    public int MemoryMegabytes { get; init; } = 2048;

    /// <summary>How images of a task are degraded.</summary>
    internal IDegradationRange DegradationOf(RestorationTask task)
    {
        var found = Degradations.FirstOrDefault(range => range.Task.Name.Equals(task.Name, StringComparison.OrdinalIgnoreCase));
        Require(found is not null, nameof(Degradations), $"without {task}",
            $"add a range that says how images of {task} are degraded, or leave the task out");
        return found!;
    }

    /// <summary>Checks what can be told before a file is read.</summary>
    internal void Validate()
    {
        Require(PixelSpacing is null || (PixelSpacing > 0 && double.IsFinite(PixelSpacing.Value)), nameof(PixelSpacing), PixelSpacing,
            "use the side of a pixel in mm, or null");
        Require(MemoryMegabytes >= 0, nameof(MemoryMegabytes), MemoryMegabytes, "use 0 or more");
        foreach (var (option, shares) in new[] { (nameof(Phantoms), Phantoms), (nameof(Lesions), Lesions) })
        {
            foreach (var (name, share) in shares)
            {
                Require(Tasks.TryGet(name, out _), option, name, $"use one of {string.Join(", ", Tasks)}");
                Require(share is >= 0 and <= 1, option, $"{name}={share}", "use a share from 0 to 1");
            }
        }
    }

    private static void Require(bool holds, string option, object? value, string advice) =>
        OptionCheck.Require(holds, "scan", option, value, advice);
}
