using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Nifti;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>Finds the task that suits a scan.</summary>
public static class ScanTask
{
    /// <summary>Suffixes of BIDS for images of MRI whose values are intensities, not maps of times or phases.</summary>
    private static readonly HashSet<string> _mri =
    [
        "T1w", "T2w", "PDw", "T2starw", "FLAIR", "inplaneT1", "inplaneT2", "PDT2", "UNIT1", "angio", "FLASH", "T2star", "MP2RAGE", "MESE",
        "MEGRE", "VFA", "IRT1", "MPM",
        "MTS", "MTR", "bold", "sbref", "dwi", "asl", "m0scan", "epi", "magnitude", "magnitude1", "magnitude2", "mri",
    ];

    /// <summary>
    /// The task that a name or else the modality of the scan tells, or, where it has none, as in NIfTI, its name by BIDS:
    /// <c>sub-01_T1w.nii.gz</c>.
    /// </summary>
    /// <param name="scan">The scan.</param>
    /// <param name="name">The task's name; <see langword="null"/> for that of the modality.</param>
    /// <param name="tasks">The tasks to choose from.</param>
    /// <exception cref="InvalidDataException">The modality is that of another task, or tells none.</exception>
    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static RestorationTask Of(IImageScan scan, string? name, TaskVocabulary tasks)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentNullException.ThrowIfNull(tasks);
        var expected = DicomModality.TaskOf(scan.Modality);
        var task = tasks[name ?? expected ?? OfBidsName(scan, tasks) ?? throw new InvalidDataException(
            $"'{scan.Path}' does not tell its modality; name its task, one of {string.Join(", ", tasks)}.")];

        // Tasks of the user's own suit whatever the user says.
        return expected is null || expected.Equals(task.Name, StringComparison.OrdinalIgnoreCase)
            || !TaskVocabulary.Paper.TryGet(task.Name, out _)
            ? task
            : throw new InvalidDataException(
                $"'{scan.Path}' is of modality {scan.Modality}, and the task is {task}; restore it as {expected}.");
    }

    private static string? OfBidsName(IImageScan scan, TaskVocabulary tasks)
    {
        var file = Path.GetFileName(scan.Path);
        var task = scan.Modality is null && NiftiPaths.EndingOf(file) is { } ending
            && BidsName.Of(file[..^ending.Length]) is { Suffix: var suffix } ? OfSuffix(suffix) : null;
        return task is not null && tasks.TryGet(task, out _) ? task : null;
    }

    private static string? OfSuffix(string suffix) => suffix switch
    {
        "ct" or "CT" => RestorationTask.Ct.Name,
        "pet" or "PET" => RestorationTask.Pet.Name,
        _ => _mri.Contains(suffix) ? RestorationTask.Mri.Name : null,
    };
}
