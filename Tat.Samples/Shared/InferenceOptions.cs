using System.CommandLine;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;

namespace Tat.Samples.Shared;

/// <summary>
/// Options of the commands that restore images: where the network runs, in how much memory, and what becomes of images with NaN.
/// </summary>
internal sealed class InferenceOptions
{
    /// <summary>The option that bounds memory.</summary>
    public const string MemoryName = "--memory";

    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<int?> _memory = new(MemoryName)
    {
        Description = "Megabytes that images may take while they pass through the network, by default half of the free memory; "
            + "larger images are restored in tiles. Not for ONNX.",
    };
    private readonly Option<bool> _passNonFinite = new("--pass-nonfinite")
    {
        Description = "Pass slices with NaN or infinite values through unchanged, and report how many, instead of failing.",
    };

    private readonly Option<bool> _ensemble = new("--ensemble")
    {
        Description = "Restore each image in eight orientations and average the results: less error in eight times the time.",
    };
    private readonly Option<bool> _localMeans = new("--local-means")
    {
        Description = "Keep what was measured: the local means of the scan, so that regions and lesions are less biased and a little "
            + "noisier; of MRI, the frequencies that the scanner measured.",
    };
    private readonly Option<double> _strength = new("--strength")
    {
        Description = "The part of the model's change to apply, 0 to 1.",
        DefaultValueFactory = _ => 1,
    };

    public InferenceOptions()
    {
        _memory.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError($"{MemoryName} takes a number of megabytes, 1 or more.");
            }
        });
        _strength.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1))
            {
                result.AddError($"{_strength.Name} takes a number from 0 to 1.");
            }
        });
    }

    /// <summary>The options that change what a model makes of an image, other than the ensemble.</summary>
    public IReadOnlyList<Option> Changing => [_localMeans, _strength];

    /// <summary>The option that gives results the local means of the scan.</summary>
    public Option LocalMeansOption => _localMeans;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_device, _memory, _passNonFinite, _ensemble, _localMeans, _strength];

    public void AddTo(Command command) => Add(command, [.. All]);

    /// <summary>Adds those of a command that has another program restore images.</summary>
    public void AddVariantsTo(Command command) => Add(command, _ensemble, _localMeans, _strength);

    /// <summary>Adds those of a command that restores images once and in full.</summary>
    public void AddPlainTo(Command command) => Add(command, _device, _memory);

    /// <summary>What becomes of slices with NaN or infinite values.</summary>
    public NonFiniteHandling NonFinite(ParseResult parsed) =>
        parsed.GetValue(_passNonFinite) ? NonFiniteHandling.PassThrough : NonFiniteHandling.Throw;

    /// <summary>A slice as it is, unless it has NaN or infinite values and the user does not let them pass.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="path">Where it comes from.</param>
    /// <param name="number">Its number there, from 1.</param>
    /// <exception cref="InvalidDataException">The slice has such a value.</exception>
    public ImageSlice Check(ParseResult parsed, ImageSlice slice, string path, int number) =>
        parsed.GetValue(_passNonFinite) || FiniteValues.FindOther(slice) is not { } problem
            ? slice
            : throw new InvalidDataException($"'{path}': slice {number} has {problem}; replace values that are not finite, or leave such "
                + $"slices as they are with {_passNonFinite.Name}.");

    /// <summary>Whether images are restored in eight orientations.</summary>
    public bool Ensemble(ParseResult parsed) => parsed.GetValue(_ensemble);

    /// <summary>Whether results get the local means of the scan.</summary>
    public bool LocalMeans(ParseResult parsed) => parsed.GetValue(_localMeans);

    /// <summary>How much of what the model changes is applied, 0 … 1.</summary>
    public double Strength(ParseResult parsed) => parsed.GetValue(_strength);

    /// <summary>Opens a model to restore as the user says.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="path">The model.</param>
    /// <param name="onPassThrough">Is told of each slice that is left as it is; may be called from several threads.</param>
    public IImageRestorer Open(ParseResult parsed, string path, Action<ImageSlice> onPassThrough) =>
        OpenPlain(parsed, path, onPassThrough).With(Ensemble(parsed), LocalMeans(parsed), Strength(parsed));

    /// <summary>Opens a model to restore once and in full.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="path">The model.</param>
    /// <param name="onPassThrough">Is told of each slice that is left as it is; may be called from several threads.</param>
    public IImageRestorer OpenPlain(ParseResult parsed, string path, Action<ImageSlice> onPassThrough) =>
        ModelFiles.Open(path, parsed.GetRequiredValue(_device), new()
        {
            MemoryBudget = parsed.GetValue(_memory) * 1_000_000L,
            NonFinite = NonFinite(parsed),
            OnPassThrough = onPassThrough,
        });

    private static void Add(Command command, params ReadOnlySpan<Option> options)
    {
        foreach (var option in options)
        {
            command.Add(option);
        }
    }
}
