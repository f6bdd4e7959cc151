using System.CommandLine;
using Tat.MLNet.Formats;

namespace Tat.Samples.Shared;

/// <summary>How restored images describe themselves.</summary>
internal sealed class DerivedOptions
{
    private readonly Option<string> _suffix = new("--suffix")
    {
        Description = "Appended to the description of the source.",
        DefaultValueFactory = _ => new DerivedImageOptions().DescriptionSuffix,
    };

    private readonly Option<bool> _difference = new("--difference") { Description = "DICOM: also write restored - input as a second series." };
    private readonly Option<bool> _deidentify = new("--deidentify") { Description = "DICOM: remove what identifies the patient (PS3.15 Basic Profile)." };
    private readonly Option<string> _key = new("--deidentify-key") { Description = "DICOM: a secret that gives the same new UIDs in every run." };

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
        DeidentificationKey = parsed.GetValue(_key),
    };
}
