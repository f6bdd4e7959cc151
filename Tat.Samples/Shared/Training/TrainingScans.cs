using Tat.MLNet.Training;
using Tat.Torch.Data;
using Tat.Torch.Degradation;
using Tat.Torch.Phantoms;
using Tat.Torch.Runtime;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>Good scans and phantoms as a plan wants them, with counterparts that are made while training.</summary>
internal sealed class TrainingScans : IDisposable
{
    /// <summary>Phantoms of each kind for validation.</summary>
    private const int ValidationPhantoms = 16;

    /// <summary>Phantoms of a round where there are no scans of a task.</summary>
    private const int PhantomsAlone = 1000;

    private readonly GoodScans _scans;

    private TrainingScans(GoodScans scans, IReadOnlyList<IPairSource> training, IReadOnlyList<IPairSource> validation) => (_scans, Training, Validation) = (scans, training, validation);

    /// <summary>What to train on.</summary>
    public IReadOnlyList<IPairSource> Training { get; }

    /// <summary>What to validate on.</summary>
    public IReadOnlyList<IPairSource> Validation { get; }

    /// <summary>What could not be read, and why.</summary>
    public IReadOnlyList<string> LeftOut => _scans.LeftOut;

    /// <summary>The tasks, in the order of the paper.</summary>
    public TaskVocabulary Tasks => new(TaskVocabulary.Scans.Where(task => Training.Any(source => source.Task == task)));

    /// <summary>Reads the scans of a plan.</summary>
    public static TrainingScans Open(TrainingPlan plan, IProgress<(double, string)> progress, CancellationToken cancellationToken)
    {
        var tasks = plan.Tasks.Count > 0 ? new(plan.Tasks.Select(name => TaskVocabulary.Scans[name])) : TaskVocabulary.Scans;
        var scans = GoodScans.Open(plan.From!, new() { Tasks = tasks, HoldOut = [.. plan.HoldOut] }, new DirectProgress<double>(share => progress.Report((share, "reading scans"))), cancellationToken);
        var seed = plan.Training.Seed ?? TatTrainerOptions.DefaultSeed;
        try
        {
            return new(scans, [.. Pairs(plan, scans.Training, tasks, seed, null)], [.. Pairs(plan, scans.Validation, tasks, ~seed, ValidationPhantoms)]);
        }
        catch
        {
            scans.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();

    private static IEnumerable<IPairSource> Pairs(TrainingPlan plan, IReadOnlyList<IGoodImages> scans, TaskVocabulary tasks, ulong seed, int? phantoms)
    {
        foreach (var images in scans)
        {
            yield return new DegradedImages(images, RangeOf(plan, images.Task));
        }

        foreach (var (name, share) in plan.Phantoms.Where(item => item.Value > 0))
        {
            if (!(share <= 1))
            {
                throw new InvalidDataException(FormattableString.Invariant($"The share of phantoms of {name} is {share}: give a number from 0 to 1."));
            }

            var task = tasks[name];
            var others = scans.Where(images => images.Task == task).Sum(images => images.Count);
            var count = phantoms ?? (others > 0 && share < 1 ? (int)Math.Max(1, Math.Round(others * share / (1 - share))) : PhantomsAlone);
            yield return new DegradedImages(new PhantomImages(task, count, seed), RangeOf(plan, task));
        }
    }

    private static IDegradationRange RangeOf(TrainingPlan plan, RestorationTask task) => task.Name switch
    {
        "CT" => plan.Ct,
        "PET" => plan.Pet,
        _ => plan.Mri,
    };
}
