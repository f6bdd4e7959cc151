namespace Tat.MLNet.Formats;

/// <summary>How a restored image is described, and where it is written.</summary>
public sealed record DerivedImageOptions
{
    /// <summary>Appended to the description of the source.</summary>
    /// <value>The default is <c>TAT restored – not for diagnostic use</c>.</value>
    public string DescriptionSuffix { get; init; } = "TAT restored – not for diagnostic use";

    /// <summary>Name and version of the model, for formats that record it.</summary>
    public string? Model { get; init; }

    /// <summary>A hash of the model's file, with the name of its algorithm, for formats that record it.</summary>
    public string? ModelHash { get; init; }

    /// <summary>What else the result depends on, such as the task, by name; no patient data.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Store pixels in the data type and scaling of the source, which rounds and clips them, and not in the one that the format prefers
    /// (NIfTI: 32-bit floats).
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool KeepDataType { get; init; }

    /// <summary>Write the difference (restored − input) as a second series, for a reader to see what the network changed (DICOM).</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool WriteDifference { get; init; }

    /// <summary>
    /// Takes the result instead of files: opens a stream for each file by its name, which is that of the destination, made of it, or begins
    /// with it and a <c>/</c>. Streams are written from beginning to end, one after the other, and disposed of; they need not be able to
    /// seek, and what they got is the result only once the call has returned. Nothing of the image is written anywhere else.
    /// </summary>
    /// <value>The default, <see langword="null"/>, writes files, which appear whole or not at all.</value>
    public Func<string, Stream>? Output { get; init; }

    /// <summary>Whether the slices are not restored ones, but how far those may be off.</summary>
    internal bool IsMargin { get; init; }

    /// <summary>
    /// Remove what identifies the patient from the result, by the Basic Profile of DICOM PS3.15, annex E, inside sequences too; UIDs are
    /// replaced consistently, and elements that are not the standard's removed (DICOM). Of NIfTI, the texts of the header and its
    /// extensions go. Text that is burned into pixels stays: images that declare it are refused.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Deidentify { get; init; }

    /// <summary>
    /// A secret that the new UIDs of <see cref="Deidentify"/> depend on: the same one gives the same UIDs in every run;
    /// <see langword="null"/> for new ones each time.
    /// </summary>
    public string? DeidentificationKey { get; init; }

    /// <summary>
    /// What the UIDs of the result follow from, beside those of the source: the same text gives the same UIDs in every run (DICOM).
    /// <see langword="null"/> for new ones each time. Give one that tells model and options, since unlike images must not share UIDs.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? UidSeed { get; init; }
}
