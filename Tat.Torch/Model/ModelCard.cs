using System.Reflection;

namespace Tat.Torch.Model;

/// <summary>What a model is and how it was made: stored inside the model, free of patient data.</summary>
public sealed record ModelCard
{
    /// <summary>The assembly's own version stays constant over releases; this one does not. What follows a '+' is the source revision.</summary>
    private static readonly string _version =
        typeof(ModelCard).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Version of the product that wrote the model.</summary>
    public string ProductVersion { get; init; } = _version;

    /// <summary>When training ended, in UTC; <see langword="null"/> for a model that was not trained here.</summary>
    public DateTimeOffset? Trained { get; init; }

    /// <summary>Training iterations.</summary>
    public long Iterations { get; init; }

    /// <summary>What the model was trained on, in words of the user.</summary>
    public string? Data { get; init; }

    /// <summary>Where weights came from that training started with, if not random.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>Number of training pairs by task.</summary>
    public IReadOnlyDictionary<string, int> TrainingPairs { get; init; } = new Dictionary<string, int>();

    /// <summary>Validation results by task: PSNR in dB, SSIM, RMSE in the task's unit.</summary>
    public IReadOnlyDictionary<string, TaskScore> Validation { get; init; } = new Dictionary<string, TaskScore>();

    /// <summary>The training options, by name, as text.</summary>
    public IReadOnlyDictionary<string, string> Training { get; init; } = new Dictionary<string, string>();
}
