using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using Tat.MLNet.Formats;

namespace Tat.Samples.Shared;

/// <summary>How restored images describe themselves.</summary>
internal sealed class DerivedOptions
{
    /// <summary>What belongs together in one run, such as two series of a study, still does when it is de-identified.</summary>
    private static readonly string _ofThisRun = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    private readonly Option<string> _suffix = new("--suffix")
    {
        Description = "Appended to the description of the source.",
        DefaultValueFactory = _ => new DerivedImageOptions().DescriptionSuffix,
    };

    private readonly Option<bool> _difference = new("--difference")
    {
        Description = "DICOM: also write restored - input as a second series.",
    };
    private readonly Option<bool> _deidentify = new("--deidentify")
    {
        Description =
        "Remove what identifies the patient: of DICOM by the Basic Profile of PS3.15, of NIfTI the texts and extensions of the header."
    };
    private readonly Option<string> _key = new("--deidentify-key")
    {
        Description = "DICOM: a secret that gives the same new UIDs in every run.",
    };

    /// <summary>The option for a second series, which NIfTI has not.</summary>
    public Option Difference => _difference;

    /// <summary>The option for new UIDs, which NIfTI has not.</summary>
    public Option Key => _key;

    /// <summary>The option for a description, which tensors have not.</summary>
    public Option Suffix => _suffix;

    /// <summary>Whether what is de-identified has other names in each run.</summary>
    public bool IsAnew(CommandResult result) => result.GetValue(_deidentify) && result.GetValue(_key) is null;

    public void AddTo(Command command)
    {
        command.Add(_suffix);
        command.Add(_difference);
        command.Add(_deidentify);
        command.Add(_key);
    }

    public DerivedImageOptions Of(ParseResult parsed) => new()
    {
        DescriptionSuffix = parsed.GetValue(_suffix) ?? "",
        WriteDifference = parsed.GetValue(_difference),
        Deidentify = parsed.GetValue(_deidentify) || parsed.GetValue(_key) is not null,
        DeidentificationKey = parsed.GetValue(_key) ?? _ofThisRun,
    };
}
