using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Tat.Torch.Tasks;

/// <summary>The tasks that a model or a data set knows, in a fixed order. Names are compared without regard to case.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class TaskVocabulary : IReadOnlyList<RestorationTask>
{
    private readonly RestorationTask[] _tasks;
    private readonly Dictionary<string, int> _indices = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a vocabulary.</summary>
    /// <param name="tasks">Its tasks, at least one, each name once.</param>
    /// <exception cref="ArgumentException">There is no task, or a name comes twice.</exception>
    public TaskVocabulary(params IEnumerable<RestorationTask> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        _tasks = [.. tasks];
        if (_tasks.Length == 0)
        {
            throw new ArgumentException("A task vocabulary needs at least one task.", nameof(tasks));
        }

        for (var i = 0; i < _tasks.Length; i++)
        {
            if (!_indices.TryAdd(_tasks[i].Name, i))
            {
                throw new ArgumentException($"Task '{_tasks[i].Name}' is listed twice; each task needs a name of its own.", nameof(tasks));
            }
        }
    }

    /// <summary>PET synthesis, CT denoising and MRI super-resolution, as in the paper.</summary>
    public static TaskVocabulary Paper { get; } = new(RestorationTask.Pet, RestorationTask.Ct, RestorationTask.Mri);

    /// <summary>The three of the paper for real scans: PET and CT as there, and MRI scaled by volume.</summary>
    public static TaskVocabulary Scans { get; } = new(RestorationTask.Pet, RestorationTask.Ct, RestorationTask.MriByVolume);

    /// <inheritdoc/>
    public int Count => _tasks.Length;

    /// <inheritdoc/>
    public RestorationTask this[int index] => _tasks[index];

    /// <summary>The task of a name.</summary>
    /// <exception cref="KeyNotFoundException">The vocabulary has no such task; the message lists those it has.</exception>
    public RestorationTask this[string name] => TryGet(name, out var task)
        ? task
        : throw new KeyNotFoundException(
            $"Task '{name}' is unknown; the known tasks are {string.Join(", ", _tasks.Select(known => known.Name))}.");

    /// <summary>Finds the task of a name.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <param name="task">The task, where there is one.</param>
    /// <returns>Whether the vocabulary has the task.</returns>
    public bool TryGet(string? name, [NotNullWhen(true)] out RestorationTask? task)
    {
        var index = IndexOf(name);
        task = index < 0 ? null : _tasks[index];
        return task is not null;
    }

    /// <summary>The position of a task's name, or −1.</summary>
    /// <param name="name">The name, in any case.</param>
    public int IndexOf(string? name) => name is not null && _indices.TryGetValue(name, out var index) ? index : -1;

    /// <inheritdoc/>
    public IEnumerator<RestorationTask> GetEnumerator() => ((IEnumerable<RestorationTask>)_tasks).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
