using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.MLNet.Training;
using Tat.Torch.Degradation;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>
/// Everything that a training depends on, as an options file says it. A file names what differs from the defaults; what is written beside a
/// model names all.
/// </summary>
internal sealed record TrainingPlan
{
    private static readonly JsonSerializerOptions _json = JsonFile.Options(JsonNamingPolicy.CamelCase);

    /// <summary>The architecture.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public TatNetworkOptions Network { get; init; } = TatNetworkOptions.Small with { };

    /// <summary>How to train.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public TatTrainerOptions Training { get; init; } = TatTrainerOptions.Cpu with { };

    /// <summary>The tasks; none for all that there is data of.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>Tasks of the user's own, which <see cref="Data"/> has folders of.</summary>
    public IReadOnlyList<ModelTask> TaskDefinitions { get; init; } = [];

    /// <summary>
    /// Whether MRI of <see cref="Data"/> is scaled by the level of each volume, as that of <see cref="From"/> always is, instead of over
    /// the paper's [0, 4095].
    /// </summary>
    public bool MriByVolume { get; init; }

    /// <summary>A data set of pairs.</summary>
    public string? Data { get; init; }

    /// <summary>A folder of good scans, of which pairs are made while training.</summary>
    public string? From { get; init; }

    /// <summary>The patients of <see cref="From"/> that are kept for validation.</summary>
    public IReadOnlyList<string> HoldOut { get; init; } = [];

    /// <summary>The share of phantoms among the images of a task, 0 … 1.</summary>
    public IReadOnlyDictionary<string, double> Phantoms { get; init; } = new Dictionary<string, double>();

    /// <summary>The share of images of a task that small lesions are put into, 0 … 1.</summary>
    public IReadOnlyDictionary<string, double> Lesions { get; init; } = new Dictionary<string, double>();

    /// <summary>How CT images are degraded.</summary>
    public CtDoseRange Ct { get; init; } = new();

    /// <summary>How PET images are degraded.</summary>
    public PetCountRange Pet { get; init; } = new();

    /// <summary>How MR images are degraded.</summary>
    public MriResolutionRange Mri { get; init; } = new();

    /// <summary>The file of the plan beside a model, <c>tat.training.json</c> for <c>tat.zip</c>, and what writes it.</summary>
    public (string Path, Action<Stream> Write) Beside(string model) =>
        (Path.ChangeExtension(model, ".training.json"), JsonFile.Text(this, _json));

    /// <summary>Reads a plan.</summary>
    /// <exception cref="InvalidDataException">The file cannot be understood; the message names the line and the property.</exception>
    public static TrainingPlan Read(string path) => JsonFile.Read<TrainingPlan>(path, _json, plan =>
    {
        plan.Network.Validate();
        plan.Training.Validate();
    });

    /// <summary>How the scans of <see cref="From"/> are read and degraded.</summary>
    public GoodScanOptions ToScanOptions() => new()
    {
        Tasks = Tasks.Count > 0 ? new(Tasks.Select(name => TaskVocabulary.Scans[name])) : TaskVocabulary.Scans,
        HoldOut = [.. HoldOut],
        Degradations = [Ct, Pet, Mri],
        Phantoms = Phantoms,
        Lesions = Lesions,
        Seed = Training.Seed ?? TatTrainerOptions.DefaultSeed,
    };
}
