using Tat.MLNet.Formats;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>Which task suits a scan.</summary>
public static class ScanTask
{
    /// <summary>The task that a name or else the modality of the scan tells.</summary>
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
        var task = tasks[name ?? expected ?? throw new InvalidDataException($"'{scan.Path}' does not tell its modality; name its task, one of {string.Join(", ", tasks)}.")];

        // Tasks of the user's own suit whatever the user says.
        return expected is null || expected.Equals(task.Name, StringComparison.OrdinalIgnoreCase) || !TaskVocabulary.Paper.TryGet(task.Name, out _)
            ? task
            : throw new InvalidDataException($"'{scan.Path}' is of modality {scan.Modality}, and the task is {task}; restore it as {expected}.");
    }
}
