using Tat.MLNet.Formats.Dicom.Deidentification;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>What the objects of one derived series have in common.</summary>
internal sealed record DerivedSeries
{
    public required string Uid { get; init; }

    /// <summary>Whether it holds restored − input instead of restored images.</summary>
    public required bool IsDifference { get; init; }

    public required DerivedImageOptions Options { get; init; }

    /// <summary>How much finer its grid is than that of the source; <see langword="null"/> where it is the same.</summary>
    public required UpsamplingFactor? Factor { get; init; }

    /// <summary>Removes what identifies the patient; <see langword="null"/> where nothing is to be removed.</summary>
    public required Deidentifier? Deidentifier { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Added to the number of the source's series.</summary>
    public int NumberOffset => IsDifference ? 2000 : Options.IsMargin ? 3000 : 1000;

    public string Suffix => IsDifference ? "TAT difference – not for diagnostic use" : Options.DescriptionSuffix;

    public string Derivation => IsDifference
        ? $"Restored image minus input image{OfGrid}: shows what TAT for ML.NET changed."
        : Options.IsMargin
        ? "Half the width of the interval about each restored value that holds the value of a good scan in 90 of 100 pixels, by TAT for "
            + $"ML.NET{OfModel}{OfGrid}. Not for diagnostic use."
        : "Restored by TAT for ML.NET with the Task-Adaptive "
            + $"Transformer{OfModel}{OfGrid}. Not for diagnostic use.";

    private string OfModel => Options.Model is { Length: > 0 } model ? $", model {model}" : "";

    private string OfGrid => Factor is null ? "" : $", on a grid that is finer by a factor of {Factor} (rows x columns)";
}
