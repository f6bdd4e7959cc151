using System.Reflection;
using System.Text.Json.Serialization;

namespace Tat.Torch.Model;

/// <summary>Describes a model and its origin; stored inside the model, free of patient data.</summary>
public sealed record ModelCard
{
    /// <summary>
    /// The assembly's own version stays constant over releases; this one does not. What follows a '+' is the source revision.
    /// </summary>
    internal static string LibraryVersion { get; } =
        typeof(ModelCard).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>What the model is called; <see langword="null"/> for one without a name.</summary>
    public string? Name { get; init; }

    /// <summary>Which of the models of that name it is.</summary>
    public string? Version { get; init; }

    /// <summary>Under which terms the weights may be used.</summary>
    public string? Licence { get; init; }

    /// <summary>Where its data comes from: a line for each source, with its licence and how to cite it.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>What it is not good for, a sentence each.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>What its training images were like, by task; images beyond that are restored at one's own risk.</summary>
    public IReadOnlyDictionary<string, InputRange> Ranges { get; init; } = new Dictionary<string, InputRange>();

    /// <summary>
    /// How wide the intervals are that <see cref="Inference.MarginRestorer"/> gives, by task; it refuses tasks that are not here.
    /// </summary>
    public IReadOnlyDictionary<string, MarginFactors> Margins { get; init; } = new Dictionary<string, MarginFactors>();

    /// <summary>
    /// By task, which local means of an image its result has: a part of restoring with this model on both back-ends, so that values are
    /// not biased. What runs the network or its ONNX file alone does without.
    /// </summary>
    public IReadOnlyDictionary<string, KeptMeans> KeepsMeans { get; init; } = new Dictionary<string, KeptMeans>();

    /// <summary>Version of the product that wrote the model.</summary>
    public string ProductVersion { get; init; } = LibraryVersion;

    /// <summary>When training ended, in UTC; <see langword="null"/> for a model that was not trained here.</summary>
    public DateTimeOffset? Trained { get; init; }

    /// <summary>Training iterations.</summary>
    public long Iterations { get; init; }

    /// <summary>Whether training was cancelled before its end: the model is the best until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasCancelled { get; init; }

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

    /// <summary>Name and version in a few words, as results tell them; those of the product for a model without a name.</summary>
    [JsonIgnore]
    public string Title => Name is null ? $"TAT {ProductVersion}" : $"{Name} {Version}".TrimEnd();
}
