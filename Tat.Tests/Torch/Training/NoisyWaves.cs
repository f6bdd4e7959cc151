using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Model;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Tests.Training;

/// <summary>Smooth images and noisy copies of them, made up on the spot: data that a tiny network learns to denoise in seconds.</summary>
internal sealed class NoisyWaves(RestorationTask task, int count = 6, int side = 24, int first = 0) : IPairSource
{
    /// <summary>The smallest network that has all parts.</summary>
    public static TatNetworkOptions TinyNetwork { get; } = new()
    {
        Width = 4,
        Blocks = [1, 1, 1, 1],
        RefinementBlocks = 1,
        Heads = [1, 1, 2, 2],
        RepresentationFeatures = 2,
        TrainSize = 16,
    };

    /// <summary>A small one of the widths that have training kernels of their own on processors with AVX2.</summary>
    public static TatNetworkOptions RecordableNetwork { get; } = TinyNetwork with { Width = 16, RepresentationFeatures = 8 };

    /// <summary>A training of seconds.</summary>
    public static TatTrainerOptions ShortTraining { get; } = new()
    {
        Iterations = 12,
        BatchSizePerTask = 1,
        PatchSize = 16,
        LearningRate = 2e-3,
        ValidationInterval = 4,
        ValidationImagesPerTask = 2,
        ProgressInterval = 1,
    };

    public static TaskVocabulary Tasks { get; } = new(RestorationTask.Ct, RestorationTask.Mri);

    /// <summary>Pairs of two tasks.</summary>
    public static IPairSource[] ForTwoTasks { get; } = [new NoisyWaves(RestorationTask.Ct), new NoisyWaves(RestorationTask.Mri)];

    public RestorationTask Task => task;

    public int Count => count;

    public ImagePair Read(int index)
    {
        var random = new RandomStream(99, first + index);
        var (a, b) = (2 + (6 * random.NextDouble()), 2 + (6 * random.NextDouble()));
        var (low, high) = (new float[side * side], new float[side * side]);
        for (var i = 0; i < high.Length; i++)
        {
            high[i] = (float)(0.5 + (0.2 * Math.Sin(i % side / a)) + (0.2 * Math.Cos(i / side / b)));
            low[i] = high[i] + (float)((random.NextDouble() - 0.5) * 0.2);
        }

        task.NormalizationRange.Denormalize(high, high);
        task.NormalizationRange.Denormalize(low, low);
        return new(new(low, side, side), new(high, side, side), $"{task} {index}");
    }
}

/// <summary>Keeps all progress reports, and may react to them.</summary>
internal sealed class ProgressLog(Action<TrainingProgress>? react = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        react?.Invoke(value);
    }
}
