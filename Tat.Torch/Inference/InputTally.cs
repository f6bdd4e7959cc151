using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>
/// Counts the images of a run that are unlike those that a model was trained on, to say it in a line for each task and each way in which
/// they are.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="restorer">The model.</param>
public sealed class InputTally(IImageRestorer restorer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RestorationTask, int> _images = [];
    private readonly Dictionary<(RestorationTask Task, InputDoubt Doubt), (string Name, string Sentence, int Count)> _found = [];

    /// <summary>
    /// A line for each way in which images were out of range: which was the first, how many there were, and how far out the first is.
    /// </summary>
    public IReadOnlyList<string> Remarks
    {
        get
        {
            lock (_gate)
            {
                return [.. _found.Select(item => (item.Key.Task, item.Value)).Select(item => item.Value.Count == 1
                    ? Line(item.Value.Name, item.Value.Sentence)
                    : Line($"{item.Value.Name} and {item.Value.Count - 1} more of {_images[item.Task]} images of {item.Task}",
                        item.Value.Sentence))];
            }
        }
    }

    /// <summary>Looks at an image.</summary>
    /// <param name="image">An image to restore.</param>
    /// <param name="task">Its task.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm; <see langword="null"/> or NaN where it is not known.</param>
    /// <param name="modality">Its DICOM modality; <see langword="null"/> or empty where it is not known.</param>
    /// <returns>A line for each way in which it is out of range and no image of its task was before.</returns>
    public IReadOnlyList<string> Add(
        ImageSlice image, RestorationTask task, string name, double? pixelSpacing = null, string? modality = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(task);
        var (doubts, lines) = (restorer.DoubtsAbout(image, task, pixelSpacing, modality), new List<string>());
        lock (_gate)
        {
            _images[task] = _images.GetValueOrDefault(task) + 1;
            foreach (var (doubt, sentence) in doubts)
            {
                if (_found.TryGetValue((task, doubt), out var earlier))
                {
                    _found[(task, doubt)] = earlier with { Count = earlier.Count + 1 };
                    continue;
                }

                _found.Add((task, doubt), (name, sentence, 1));
                lines.Add(Line(name, sentence));
            }
        }

        return lines;
    }

    private static string Line(string subject, string sentence) => $"{subject}: {sentence}";
}
