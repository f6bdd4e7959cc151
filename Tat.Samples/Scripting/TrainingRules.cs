using Tat.Samples.Shared;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;
using Tat.Torch.Training;

namespace Tat.Samples.Scripting;

/// <summary>Options to try.</summary>
/// <param name="Name">What a report calls them.</param>
/// <param name="Network">The architecture.</param>
/// <param name="Training">How to train.</param>
internal sealed record Candidate(string Name, TatNetworkOptions Network, TatTrainerOptions Training);

/// <summary>Which options are tried, by the data, the time and the device: the rules of docs/scripted-training.md.</summary>
/// <param name="data">What there is to train on.</param>
/// <param name="time">All the time there is.</param>
/// <param name="isGpu">Whether there is a GPU.</param>
/// <param name="seed">The seed of all random numbers.</param>
internal sealed class TrainingRules(IReadOnlyList<TaskData> data, TimeSpan time, bool isGpu, ulong seed)
{
    /// <summary>What a patch should span, so that it shows structures and not only texture.</summary>
    private const double PatchMillimetres = 40;

    private const int LargestPatch = 128;
    private const int SmallestPatch = 16;

    /// <summary>
    /// From which time on patches are taken in twos and fours: a short training gains more from many steps than from good ones.
    /// </summary>
    private static readonly TimeSpan _pairs = TimeSpan.FromMinutes(30), _fours = TimeSpan.FromHours(3);

    /// <summary>From which time on, and with how many images, a larger network is worth training from nothing.</summary>
    private static readonly TimeSpan _mediumOnCpu = TimeSpan.FromHours(6), _mediumOnGpu = TimeSpan.FromMinutes(20),
        _paperOnGpu = TimeSpan.FromHours(12);

    private const int ImagesForMedium = 500, ImagesForPaper = 5000;

    /// <summary>Side of the patches: 64 pixels, or more where pixels are small, and no more than the smallest image has.</summary>
    public int PatchSize
    {
        get
        {
            var wanted = data.Select(task => task.PixelSpacing).OfType<double>().DefaultIfEmpty(1).Min() is var spacing and > 0
                ? PatchMillimetres / spacing
                : LargestPatch;
            var side = Math.Min(Math.Clamp(wanted, TatNetworkOptions.Small.TrainSize, LargestPatch), data.Min(task => task.SmallestSide));
            return Math.Max(SmallestPatch, (int)side / 8 * 8);
        }
    }

    /// <summary>Patches of each task in an iteration.</summary>
    public int BatchSize => isGpu || time >= _fours ? 4 : time >= _pairs ? 2 : 1;

    /// <summary>The network to train from nothing.</summary>
    public Preset Network
    {
        get
        {
            var images = data.Sum(task => task.TrainingImages);
            return isGpu && time >= _paperOnGpu && images >= ImagesForPaper ? Preset.Paper
                : time >= (isGpu ? _mediumOnGpu : _mediumOnCpu) && images >= ImagesForMedium ? Preset.Medium
                : Preset.Small;
        }
    }

    /// <summary>The bundled model, unchanged: one step that changes nothing, so that it is validated as the others are.</summary>
    public Candidate Untrained => new("the bundled model, unchanged", TatPretrained.Network, FineTuned("", 1e-12).Training with
    {
        Iterations = 1,
        WarmUpIterations = 0,
        MinimumLearningRate = 0,
        EmaDecay = 0,
        ValidationInterval = 1,
    });

    /// <summary>What is tried.</summary>
    public IReadOnlyList<Candidate> Candidates =>
    [
        FineTuned("the bundled model, fine-tuned at 3e-4", TatTrainerOptions.FineTuning.LearningRate),
        FineTuned("the bundled model, fine-tuned at 1e-3", TatTrainerOptions.Cpu.LearningRate),
        FromNothing,
    ];

    private Candidate FromNothing =>
        new($"{Network.Name}, trained from scratch", Network.Network with { TrainSize = PatchSize }, Common with
        {
            LearningRate = Network.Training.LearningRate,
            StartAsIdentity = true,
        });

    private TatTrainerOptions Common =>
        TatTrainerOptions.FineTuning with { PatchSize = PatchSize, BatchSizePerTask = BatchSize, Seed = seed };

    private Candidate FineTuned(string name, double rate) => new(name, TatPretrained.Network with { TrainSize = PatchSize },
        Common with { LearningRate = rate, InitialWeights = TatPretrained.Name });
}
