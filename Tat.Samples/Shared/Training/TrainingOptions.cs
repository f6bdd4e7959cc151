using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tat.Torch.Losses;
using Tat.Torch.Runtime;
using Tat.Torch.Training;

namespace Tat.Samples.Shared.Training;

/// <summary>The options of a training: those of an options file, and those of the command line, which go before.</summary>
internal sealed class TrainingOptions
{
    private readonly Option<string?> _file = new("--options")
    {
        Description = "A file of options, as train writes it beside a model (NAME.training.json); it need not have all.",
    };
    private readonly Option<string?> _data = new("--data")
    {
        Description = "Data set in the layout ROOT/TASK/{train,validation}/{LQ,HQ}/NAME.",
    };
    private readonly Option<string?> _from = new("--from")
    {
        Description = "Instead of --data: good scans in the layout FOLDER/{CT,MRI,PET}/PATIENT/…; their low-quality counterparts are made "
            + "while training.",
    };
    private readonly Option<string[]> _holdOut = new("--hold-out")
    {
        Description =
        "With --from: patients to validate on, by the names of their folders, or as TASK/PATIENT.",
        AllowMultipleArgumentsPerToken = true
    };
    private readonly Option<string[]> _phantoms = new("--phantoms")
    {
        Description =
        "With --from: the share of phantoms among the images of a task, as in PET=0.5.",
        AllowMultipleArgumentsPerToken = true
    };
    private readonly Option<string[]> _lesions = new("--lesions")
    {
        Description = "With --from: the share of a task's images that small lesions are put into, as in PET=0.5.",
        AllowMultipleArgumentsPerToken = true
    };
    private readonly Option<string?> _network = Preset.Option("small (the default) and medium for a CPU, or that of the paper for a GPU.");
    private readonly Option<string[]> _tasks = new("--tasks")
    {
        Description = "The tasks to train; by default all that the data has.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> _tasksFile = new("--tasks-file")
    {
        Description = "With --data: a JSON file of tasks of your own, in the form in which inspect --json shows those of a model.",
    };
    private readonly Option<bool> _mriByVolume = new("--mri-by-volume")
    {
        Description =
        "With --data: scale MRI by the level of each volume, for scanners of any scale, instead of over the paper's [0, 4095]."
    };
    private readonly Option<string[]> _shares = new("--shares")
    {
        Description = "How often tasks are drawn in relation to the others, as in MRI=2.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<long?> _iterations = new("--iterations") { Description = "Number of training iterations." };
    private readonly Option<double?> _minutes = new("--minutes") { Description = "End after this time, whatever the iterations." };
    private readonly Option<int?> _batch = new("--batch") { Description = "Patches per task in each iteration." };
    private readonly Option<int?> _patch = new("--patch") { Description = "Rows and columns of a patch, a multiple of 8." };
    private readonly Option<double?> _rate = new("--rate") { Description = "The learning rate to begin with." };
    private readonly Option<long?> _warmUp = new("--warm-up") { Description = "Iterations over which the learning rate rises." };
    private readonly Option<double?> _average = new("--ema") { Description = "The largest decay of the moving average of the weights." };
    private readonly Option<double?> _clip = new("--clip") { Description = "The largest norm of the gradients." };
    private readonly Option<LossBalancing?> _balancing = new("--balancing") { Description = "How the losses of the tasks are balanced." };
    private readonly Option<RestorationLoss?> _loss = new("--loss")
    {
        Description = "What is minimised of each patch: MeanAbsolute, as in the paper, or RootMeanSquare, which keeps more of what is "
            + "faint.",
    };
    private readonly Option<OptimizerKind?> _optimizer = new("--optimizer")
    {
        Description = "AdamW for all weights, or Muon for the convolutions, which learns more in a short training from nothing "
            + "(2.5 minutes); from a trained model no gain was seen.",
    };
    private readonly Option<bool> _flips = new("--flips") { Description = "Mirror and turn patches at random." };
    private readonly Option<bool> _identity = new("--start-as-identity") { Description = "Begin with a network that returns its input." };
    private readonly Option<string?> _initial = new("--initial")
    {
        Description = "Weights to start from: pretrained for the model that comes with the program, a model (.zip, .safetensors), "
            + "a folder of checkpoints, or weights of PyTorch (.pth).",
    };
    private readonly Option<long?> _validation = new("--validation-interval") { Description = "Iterations between validations." };
    private readonly Option<bool> _skip = new("--skip-unreadable")
    {
        Description = "Leave out images that cannot be read, instead of ending the training.",
    };
    private readonly Option<string?> _checkpoints = new("--checkpoints")
    {
        Description = "Folder for checkpoints; training continues from those that are there. By default NAME.checkpoints beside the model, "
            + "until that is complete.",
    };
    private readonly Option<bool> _changes = new("--allow-changed-options", "--allow-changes")
    {
        Description = "Go on from checkpoints although options or training images have changed since.",
    };
    private readonly Option<string?> _logs = new("--logs")
    {
        Description =
        "Folder for logs: training.csv, from which report draws learning curves, validation.csv, and event files for TensorBoard."
    };
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<ulong?> _seed = new("--seed") { Description = "The seed of all random numbers." };

    private Option[] All =>
    [
        _file, _data, _from, _holdOut, _phantoms, _lesions, _network, _tasks, _tasksFile, _mriByVolume, _shares, _iterations, _minutes,
        _batch, _patch, _rate, _warmUp, _average, _clip, _balancing, _loss, _optimizer,
        _flips, _identity, _initial, _validation, _skip, _checkpoints, _changes, _logs, _device, _seed,
    ];

    /// <summary>Adds all options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    /// <summary>Whether they say what to train on.</summary>
    public void Check(CommandResult result)
    {
        if (result.GetValue(_data) is not null && result.GetValue(_from) is not null)
        {
            result.AddError("Give --data or --from, not both.");
        }
        else if (result.GetValue(_file) is null && result.GetValue(_data) is null && result.GetValue(_from) is null)
        {
            result.AddError("Give --data, --from, or --options with a file that says one of them.");
        }

        CommonOptions.CheckTogether(result,
            (_holdOut, _data), (_phantoms, _data), (_lesions, _data), (_mriByVolume, _from), (_tasksFile, _from), (_identity, _initial));
    }

    /// <summary>The names of the options that were typed.</summary>
    public IEnumerable<string> Given(CommandResult result) =>
        All.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    /// <summary>What of the options a training takes that chooses the others.</summary>
    public (string? Data, double? Minutes, string Device, ulong? Seed) Basics(ParseResult parsed) =>
        (parsed.GetValue(_data), parsed.GetValue(_minutes), parsed.GetRequiredValue(_device), parsed.GetValue(_seed));

    /// <summary>The plan that the options make.</summary>
    public TrainingPlan PlanOf(ParseResult parsed)
    {
        var preset = parsed.GetValue(_network) is { } name ? Preset.Of(name) : null;
        var plan = parsed.GetValue(_file) is { } path
            ? TrainingPlan.Read(path)
            : new TrainingPlan { Training = (preset ?? Preset.Small).Training };
        var (data, from) = (parsed.GetValue(_data), parsed.GetValue(_from));
        if (data is null && from is null)
        {
            (data, from) = (plan.Data, plan.From);
        }

        var given = plan.Training;
        var training = given with
        {
            Iterations = parsed.GetValue(_iterations) ?? given.Iterations,
            MaximumDuration = parsed.GetValue(_minutes) is { } limit ? TimeSpan.FromMinutes(limit) : given.MaximumDuration,
            BatchSizePerTask = parsed.GetValue(_batch) ?? given.BatchSizePerTask,
            PatchSize = parsed.GetValue(_patch) ?? given.PatchSize,
            LearningRate = parsed.GetValue(_rate) ?? given.LearningRate,
            WarmUpIterations = parsed.GetValue(_warmUp) ?? given.WarmUpIterations,
            EmaDecay = parsed.GetValue(_average) ?? given.EmaDecay,
            GradientClipping = parsed.GetValue(_clip) ?? given.GradientClipping,
            LossBalancing = parsed.GetValue(_balancing) ?? given.LossBalancing,
            Loss = parsed.GetValue(_loss) ?? given.Loss,
            Optimizer = parsed.GetValue(_optimizer) ?? given.Optimizer,
            FlipsAndQuarterTurns = parsed.GetValue(_flips) || given.FlipsAndQuarterTurns,
            StartAsIdentity = parsed.GetValue(_identity) || given.StartAsIdentity,
            InitialWeights = parsed.GetValue(_initial) ?? given.InitialWeights,
            ValidationInterval = parsed.GetValue(_validation) ?? given.ValidationInterval,
            TaskWeights = parsed.GetValue(_shares) is { Length: > 0 } shares ? Numbers(shares, "--shares") : given.TaskWeights,
            SkipUnreadableImages = parsed.GetValue(_skip) || given.SkipUnreadableImages,
            CheckpointFolder = parsed.GetValue(_checkpoints) ?? given.CheckpointFolder,
            AllowChangedOptions = parsed.GetValue(_changes) || given.AllowChangedOptions,
            LogFolder = parsed.GetValue(_logs) ?? given.LogFolder,
            Seed = parsed.GetValue(_seed) ?? given.Seed ?? TatTrainerOptions.DefaultSeed,
            Device = ComputeDevice.Choose(parsed.GetRequiredValue(_device)),

            // The name of a folder can be that of a patient or a project: a model says of its data only what its maker has written.
            DataDescription = given.DataDescription,
        };
        if (data is null && from is null)
        {
            throw new InvalidDataException("The options file names no data: add \"from\" or \"data\" to it, or give --from or --data.");
        }

        foreach (var (option, isMeaningless, other) in new (Option, bool, string)[]
        {
            (_holdOut, from is null, "data"),
            (_phantoms, from is null, "data"),
            (_lesions, from is null, "data"),
            (_mriByVolume, from is not null, "from"),
            (_tasksFile, from is not null, "from"),
            (_identity, training.InitialWeights is not null, "initialWeights"),
        })
        {
            if (isMeaningless && OptionUse.IsGiven(parsed, option))
            {
                throw new InvalidDataException(
                    $"{option.Name} has no effect together with \"{other}\" of the options file: leave one of them out.");
            }
        }

        training.Validate();
        return plan with
        {
            Network = (preset?.Network ?? plan.Network) with { TrainSize = training.PatchSize },
            Training = training,
            Tasks = parsed.GetValue(_tasks) is { Length: > 0 } tasks ? tasks : plan.Tasks,
            TaskDefinitions = parsed.GetValue(_tasksFile) is { } file ? ModelTask.ReadFile(file) : plan.TaskDefinitions,
            MriByVolume = parsed.GetValue(_mriByVolume) || plan.MriByVolume,
            Data = data,
            From = from,
            HoldOut = parsed.GetValue(_holdOut) is { Length: > 0 } held ? held : plan.HoldOut,
            Phantoms = parsed.GetValue(_phantoms) is { Length: > 0 } phantoms ? Numbers(phantoms, "--phantoms") : plan.Phantoms,
            Lesions = parsed.GetValue(_lesions) is { Length: > 0 } lesions ? Numbers(lesions, "--lesions") : plan.Lesions,
        };
    }

    private static Dictionary<string, double> Numbers(IEnumerable<string> items, string option) =>
        items.Select(item => item.Split('=')).ToDictionary(
            item => item[0],
            item => item.Length == 2 && double.TryParse(item[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InvalidDataException($"{option} {string.Join('=', item)} is not understood; write it as in {option} PET=0.5."));
}
