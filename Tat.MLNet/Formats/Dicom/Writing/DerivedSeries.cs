using Tat.MLNet.Formats.Dicom.Deidentification;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>What the objects of one derived series have in common.</summary>
internal sealed record DerivedSeries
{
    public required string Uid { get; init; }

    /// <summary>Whether it holds restored − input instead of restored images.</summary>
    public required bool IsDifference { get; init; }

    public required DerivedImageOptions Options { get; init; }

    /// <summary>Removes what identifies the patient; <see langword="null"/> where nothing is to be removed.</summary>
    public required Deidentifier? Deidentifier { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Added to the number of the source's series.</summary>
    public int NumberOffset => IsDifference ? 2000 : 1000;

    public string Suffix => IsDifference ? "TAT difference – not for diagnostic use" : Options.DescriptionSuffix;

    public string Derivation => IsDifference
        ? "Restored image minus input image: shows what TAT for ML.NET changed."
        : "Restored by TAT for ML.NET with the Task-Adaptive "
            + $"Transformer{(Options.Model is { Length: > 0 } model ? $", model {model}" : "")}. Not for diagnostic use.";
}
