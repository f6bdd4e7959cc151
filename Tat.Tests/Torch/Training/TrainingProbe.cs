using System.IO.Hashing;
using TorchSharp;

namespace Tat.Tests.Training;

/// <summary>A training in a process of its own, which tests may kill.</summary>
internal static class TrainingProbe
{
    /// <summary>Names the folder of the checkpoints.</summary>
    public const string FolderVariable = "TAT_TESTS_CHECKPOINTS";

    /// <summary>Whether blocks are run again for their gradients.</summary>
    public const string RecomputeVariable = "TAT_TESTS_RECOMPUTE";

    /// <summary>Whether activations are bfloat16.</summary>
    public const string HalfVariable = "TAT_TESTS_HALF";

    /// <summary>Says how many tensors are alive, again and again.</summary>
    public static string Count()
    {
        var live = new List<long>();
        var log = new ProgressLog(report => live.Add(torch.Tensor.TotalCount));
        var options = NoisyWaves.ShortTraining with
        {
            Iterations = 50,
            ProgressInterval = 5,
            ValidationInterval = 10,
            GradientClipping = 0.1,
            ActivationCheckpointing = Is(RecomputeVariable),
            BFloat16 = Is(HalfVariable),
        };
        using var model = new Torch.Training.TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train(
            NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log);
        return string.Join(' ', live);

        static bool Is(string variable) => bool.Parse(Environment.GetEnvironmentVariable(variable)!);
    }

    /// <summary>Says each iteration as it ends, and at last a hash of the weights.</summary>
    public static string Train()
    {
        torch.set_num_threads(1);
        var options = NoisyWaves.ShortTraining with
        {
            Iterations = 30,
            ValidationInterval = 15,
            ValidationImagesPerTask =
            1,
            CheckpointInterval = 3,
            CheckpointFolder = Environment.GetEnvironmentVariable(FolderVariable)
        };
        var log = new ProgressLog(report => Console.WriteLine($"iteration {report.Iteration} {string.Join(' ', report.Messages)}"));
        using var model = new Torch.Training.TatTrainer(NoisyWaves.TinyNetwork, NoisyWaves.Tasks, options).Train(
            NoisyWaves.ForTwoTasks, NoisyWaves.ForTwoTasks, log);
        var hash = new XxHash128();
        foreach (var (_, parameter) in model.Network.named_parameters())
        {
            hash.Append(parameter.detach().bytes);
        }

        return $"weights {Convert.ToHexStringLower(hash.GetCurrentHash())} of iteration {model.Card.Iterations}";
    }
}
