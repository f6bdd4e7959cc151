using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tat.Samples.Shared;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Runtime;
using Tat.Torch.Training;

namespace Tat.Samples.Scripting;

/// <summary>A training in the form of Model Builder's <c>.mbconfig</c> files: what to train on, how, and how it went.</summary>
internal sealed record TrainingConfiguration
{
    /// <summary>The ending of such files.</summary>
    public const string Ending = ".mbconfig";

    private static readonly JsonSerializerOptions _json = CreateOptions();

    /// <summary>What the file is.</summary>
    public string Type { get; init; } = "TrainingConfig";

    /// <summary>The version of its form.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What the model is for.</summary>
    public ScenarioSection Scenario { get; init; } = new();

    /// <summary>What to train on.</summary>
    public required DataSourceSection DataSource { get; init; }

    /// <summary>Where to train.</summary>
    public EnvironmentSection Environment { get; init; } = new();

    /// <summary>How to train.</summary>
    public TrainingOptionSection TrainingOption { get; init; } = new();

    /// <summary>How it went; <see langword="null"/> before the first training.</summary>
    public RunHistorySection? RunHistory { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It cannot be understood; the message names the line and the property.</exception>
    public static TrainingConfiguration Read(string path)
    {
        var text = RegularFile.ReadAllText(path);
        var configuration = JsonFile.Parse<TrainingConfiguration>(text, path, _json, read => read.Validate());
        var spelledOut = JsonNode.Parse(text, new() { PropertyNameCaseInsensitive = true },
            new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })?[nameof(TrainingOption)];
        var isChosen = spelledOut?[nameof(TrainingOption.Network)] is not null || spelledOut?[nameof(TrainingOption.Training)] is not null;
        return configuration with { TrainingOption = configuration.TrainingOption with { IsChosen = isChosen } };
    }

    /// <summary>What writes the file.</summary>
    public Action<Stream> Text() => JsonFile.Text(this, _json);

    private static JsonSerializerOptions CreateOptions()
    {
        var options = JsonFile.Options(null);
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        return options;
    }

    private void Validate()
    {
        Require(Type == "TrainingConfig", nameof(Type), Type, "use TrainingConfig");
        Require(Version == 1, nameof(Version), Version, "this program reads 1");
        Require(Scenario.ScenarioType == ScenarioSection.ImageRestoration, nameof(Scenario.ScenarioType), Scenario.ScenarioType,
            $"use {ScenarioSection.ImageRestoration}");
        Require(DataSource.FolderPath.Length > 0, nameof(DataSource.FolderPath), "empty", "name the folder of the pairs");
        Require(TrainingOption.TrainingTime is > 0 and <= 31_536_000, nameof(TrainingOption.TrainingTime), TrainingOption.TrainingTime,
            "use seconds above 0");
        TrainingOption.Network.Validate();
        TrainingOption.Training.Validate();
        Require(TrainingOption.Training.MaximumDuration is null, nameof(TatTrainerOptions.MaximumDuration),
            TrainingOption.Training.MaximumDuration,
            "leave it out: the number of iterations says when training ends, so that it can be repeated");
        Require(TrainingOption.Training.Device is null, nameof(TatTrainerOptions.Device), TrainingOption.Training.Device,
            $"leave it out, and say so in {nameof(Environment)}");
        Require(IsDevice(Environment.Device), nameof(Environment.Device), Environment.Device, "use cpu, cuda, cuda:N or auto");
    }

    private static bool IsDevice(string name)
    {
        try
        {
            return ComputeDevice.Choose(name) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Require(bool holds, string property, object? value, string advice) =>
        OptionCheck.Require(holds, "configuration", property, value, advice);
}

/// <summary>What a model is for.</summary>
internal sealed record ScenarioSection
{
    public const string ImageRestoration = "ImageRestoration";

    public string ScenarioType { get; init; } = ImageRestoration;
}

/// <summary>What to train on: a folder of pairs, FOLDER/TASK/{train,validation,test}/{LQ,HQ}/NAME, and what was found in it.</summary>
internal sealed record DataSourceSection
{
    public string Type { get; init; } = "Folder";

    public int Version { get; init; } = 1;

    /// <summary>The folder, relative to the file that says so.</summary>
    public required string FolderPath { get; init; }

    /// <summary>What was found; it is looked for anew whenever a model is trained.</summary>
    public IReadOnlyList<TaskData> Tasks { get; init; } = [];
}

/// <summary>Where to train.</summary>
internal sealed record EnvironmentSection
{
    public string Type { get; init; } = "LocalCPU";

    public int Version { get; init; } = 1;

    /// <summary>cpu, cuda, cuda:N or auto.</summary>
    public string Device { get; init; } = "cpu";
}

/// <summary>How to train.</summary>
internal sealed record TrainingOptionSection
{
    public string Type { get; init; } = "ImageRestorationTrainingOption";

    public int Version { get; init; } = 1;

    /// <summary>
    /// Seconds in which options are chosen by trial and a model is trained; where options are given they are not looked for, and training
    /// runs to its end.
    /// </summary>
    public int TrainingTime { get; init; } = 600;

    /// <summary>The architecture; without it, and without <see cref="Training"/>, both are chosen.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public TatNetworkOptions Network { get; init; } = TatNetworkOptions.Small with { };

    /// <summary>How to train; what the file does not name is that of <see cref="TatTrainerOptions.Cpu"/>.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public TatTrainerOptions Training { get; init; } = TatTrainerOptions.Cpu with { };

    /// <summary>Whether the options are given, and not to be looked for.</summary>
    [JsonIgnore]
    public bool IsChosen { get; init; }
}

/// <summary>How a training went.</summary>
internal sealed record RunHistorySection
{
    public string Type { get; init; } = "Result";

    public int Version { get; init; } = 1;

    /// <summary>
    /// What a score is: the gain in PSNR over the degraded images in dB, the mean of the tasks' means over validation images.
    /// </summary>
    public string MetricName { get; init; } = "Gain";

    /// <summary>Each try, in order; the last is the model.</summary>
    public IReadOnlyList<Trial> Trials { get; init; } = [];
}

/// <summary>A model that was tried.</summary>
/// <param name="TrainerName">What was tried.</param>
/// <param name="Score">Its gain in dB; <see langword="null"/> without validation pairs.</param>
/// <param name="Psnr">Its PSNR in dB by task.</param>
/// <param name="Iterations">How many iterations it has had.</param>
/// <param name="RuntimeInSeconds">How long it took.</param>
internal sealed record Trial(
    string TrainerName, double? Score, IReadOnlyDictionary<string, double> Psnr, long Iterations, double RuntimeInSeconds)
{
    public string Type { get; init; } = "Trial";

    public int Version { get; init; } = 1;
}
