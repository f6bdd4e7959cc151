using System.CommandLine;
using Tat.MLNet.Formats;

namespace Tat.Samples.Shared;

/// <summary>Options of the commands that read images.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<string> _series = new("--series")
    {
        Description = "DICOM: the Series Instance UID to take of a folder that holds several.",
    };
    private readonly Option<bool> _irregular = new("--allow-irregular")
    {
        Description = "DICOM: take series with gaps or doubles as a stack of slices, for NIfTI too; DICOM results need no option.",
    };
    private readonly Option<bool> _uncalibrated = new("--allow-uncalibrated")
    {
        Description = "DICOM: take CT images without rescale as if they were HU.",
    };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_series, _irregular, _uncalibrated];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    public ImageReadOptions Of(ParseResult parsed) => new()
    {
        SeriesInstanceUid = parsed.GetValue(_series),
        AllowIrregularSeries = parsed.GetValue(_irregular),
        AllowUncalibratedCt = parsed.GetValue(_uncalibrated),
    };
}
