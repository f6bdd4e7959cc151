using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Files;
using Tat.Torch.Inference;

namespace Tat.MLNet.Scans;

/// <summary>Options for restoring and writing a scan.</summary>
public sealed record ScanRestorationOptions
{
    /// <summary>The name of the task.</summary>
    /// <value>The default, <see langword="null"/>, takes the task of the scan's DICOM modality: CT, MR or PT.</value>
    public string? Task { get; init; }

    /// <summary>How the scan is read, where it is given by its path.</summary>
    public ImageReadOptions Reading { get; init; } = new();

    /// <summary>How the result describes itself.</summary>
    /// <value>The default names the version of the product that trained the model.</value>
    public DerivedImageOptions Derived { get; init; } = new();

    /// <summary>
    /// What a JSON sidecar beside the result names as its sources, as BIDS URIs or paths; <see langword="null"/> for no sidecar. For NIfTI
    /// alone.
    /// </summary>
    public IReadOnlyList<string>? SidecarSources { get; init; }

    /// <summary>
    /// What happens to slices with NaN or infinite values: an exception names the first one, or they are written as they are.
    /// </summary>
    /// <value>The default is <see cref="NonFiniteHandling.Throw"/>.</value>
    public NonFiniteHandling NonFinite { get; init; } = NonFiniteHandling.Throw;

    /// <summary>Restore each slice in eight orientations and take the mean: less error for eight times the time.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Ensemble { get; init; }

    /// <summary>
    /// Give results the local means of the scan, as <see cref="RestorationVariants.WithLocalMeans"/> does: regions and
    /// lesions keep more of what was measured, and of MRI the frequencies that were.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool LocalMeans { get; init; }

    /// <summary>
    /// How much of what the model changes is applied, 0 … 1; <see cref="ScanRestorationResult.Noise"/> tells the noise that remains.
    /// </summary>
    /// <value>The default is 1.</value>
    public double Strength { get; init; } = 1;

    /// <summary>
    /// Also write how far each restored value may be off, as a second image or series beside the result
    /// (<see cref="ScanJob.MarginOf"/>): half the width of the interval about it that holds the value of a good scan in 90 of 100 pixels,
    /// in the unit of the scan; 0 where nothing was restored. Implies <see cref="Ensemble"/>, needs a model whose card has
    /// <see cref="Tat.Torch.Model.ModelCard.Margins"/> for the task, and says nothing of <see cref="LocalMeans"/> or of a
    /// <see cref="Strength"/> other than 1.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Uncertainty { get; init; }

    /// <summary>Replace a result that is there, once the new one is complete; of a folder with a series all files.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Overwrite { get; init; }

    /// <summary>Bytes of decoded pixels that are kept in memory while a scan is restored; more of them go to a temporary file.</summary>
    internal long KeptBytes { get; init; } = 256L << 20;

    /// <summary>
    /// What tells the results of these options from those of others; <see langword="null"/> where no two runs give the same, as with new
    /// UIDs in each. Of what is de-identified the scan counts too, since the names of results are numbers.
    /// </summary>
    /// <param name="source">The scan.</param>
    /// <param name="modelHash">The hash of the model.</param>
    internal string? DigestOf(ScanSource source, string? modelHash) => Derived is { Deidentify: true, DeidentificationKey: null }
        ? null
        : OptionsDigest.Of(
        [
            modelHash, Task, source.Plane, source.Upsampling, source.Reading.Pet, source.Reading.AllowUncalibratedCt, NonFinite, Ensemble,
            LocalMeans, Strength, Uncertainty, Derived.KeepDataType, Derived.WriteDifference, Derived.DescriptionSuffix,
            .. Derived.Deidentify ? new[] { Derived.DeidentificationKey, source.SeriesInstanceUid ?? source.Name } : [],
        ]);

    internal void Validate()
    {
        Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "use Throw or PassThrough");
        Require(Strength is >= 0 and <= 1, nameof(Strength), Strength, "use a number from 0 to 1");
        Require(!Uncertainty || (Strength == 1 && !LocalMeans), nameof(Uncertainty), Uncertainty,
            $"leave out {nameof(LocalMeans)} and {nameof(Strength)}, as it is that of the model's own result, in full");

        static void Require(bool holds, string option, object? value, string advice) =>
            OptionCheck.Require(holds, "restoration", option, value, advice);
    }
}
