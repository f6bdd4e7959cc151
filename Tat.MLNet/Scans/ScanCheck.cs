using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Series;
using Tat.MLNet.Formats.Dicom.Writing;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>What the restoration of a scan would refuse or warn about, as far as this does not depend on the model.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class ScanCheck
{
    private readonly List<string> _findings = [];
    private readonly RangeTally? _tally;
    private long _nonFinite;

    /// <summary>Begins a check.</summary>
    /// <param name="source">The scan.</param>
    /// <param name="scan">The scan when it was opened.</param>
    public ScanCheck(ScanSource source, IImageScan scan)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scan);
        if (scan.AsOpened() is DicomScan dicom)
        {
            CheckKind(dicom);
            if (source.WhyNoVolume(scan) is { } reason)
            {
                _findings.Add($"a NIfTI result would be refused: {reason}");
            }
        }

        if (scan.Modality == "PT" && scan.Unit != "SUV" && source.WhyNoUptake() is { } refusal)
        {
            _findings.Add($"as SUV it would be refused: {refusal}");
        }

        // What depends on the level of the volume is told when it is restored.
        if (DicomModality.TaskOf(scan.Modality) is { } name && TaskVocabulary.Scans[name] is { Scaling: IntensityScaling.Fixed } task
            && (scan.Modality != "PT" || scan.Unit == "SUV"))
        {
            _tally = new(task);
        }
    }

    /// <summary>The findings, in sentences without patient data.</summary>
    public IReadOnlyList<string> Findings =>
    [
        .. _findings,
        .. _nonFinite > 0
            ? [$"{MessageText.Amount(_nonFinite, "slice")} with NaN or infinite values would be refused, unless they may pass as they are"]
            : Array.Empty<string>(),
        .. _tally?.Remark is { } remark ? [remark] : Array.Empty<string>(),
    ];

    /// <summary>Looks at a slice.</summary>
    /// <param name="slice">A slice of the scan.</param>
    public void Add(ImageSlice slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        if (FiniteValues.AllIn(slice))
        {
            _tally?.Add(slice);
        }
        else
        {
            _nonFinite++;
        }
    }

    private void CheckKind(DicomScan scan)
    {
        if (DicomModality.TaskOf(scan.Modality) is null)
        {
            _findings.Add("its modality is none of CT, MR and PT: its task must be named");
        }

        if (DerivedSeriesWriter.Refusal(scan) is { } refusal)
        {
            _findings.Add($"a DICOM result would be refused: {refusal}");
        }
    }
}
