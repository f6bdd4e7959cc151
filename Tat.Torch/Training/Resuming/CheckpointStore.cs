using System.Globalization;
using Tat.Torch.Files.Writing;
using Tat.Torch.Model;
using Tat.Torch.Tasks;
using Tat.Torch.Training.Steps;

namespace Tat.Torch.Training.Resuming;

/// <summary>
/// The checkpoints of one training, in a folder: written whole or not at all, the last few kept, the newest undamaged one found.
/// </summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string Prefix = "checkpoint-";
    private const string Extension = ".safetensors";
    private readonly string _folder;
    private readonly int _kept;
    private readonly FileStream _lock;

    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public CheckpointStore(string folder, int kept)
    {
        (_folder, _kept) = (Path.GetFullPath(folder), kept);
        try
        {
            Directory.CreateDirectory(_folder);
            _lock = new FileStream(Path.Combine(_folder, "training.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            AtomicFile.Try(PathOf(0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Checkpoints cannot be written to '{_folder}': {exception.Message} Choose a folder that can be written "
                + "to and that no other training uses.", exception);
        }
    }

    /// <summary>What a checkpoint is written through on its way to the file.</summary>
    internal Func<Stream, Stream> Through { get; init; } = file => file;

    /// <summary>The iterations of which there are checkpoints, newest first.</summary>
    public IReadOnlyList<long> Iterations => IterationsIn(_folder);

    /// <summary>Loads the model of the newest checkpoint that is whole, also while a training goes on writing others.</summary>
    /// <param name="folder">The folder of checkpoints.</param>
    /// <param name="earlier">Of which network a checkpoint of an earlier version is, which does not say so itself.</param>
    /// <exception cref="InvalidDataException">There is no whole checkpoint.</exception>
    public static TatModel LoadModel(string folder, (TatNetworkOptions Network, TaskVocabulary Tasks)? earlier = null)
    {
        Exception? problem = null;
        foreach (var iteration in IterationsIn(folder))
        {
            try
            {
                return TrainingCheckpoint.ReadModel(PathOf(folder, iteration), earlier);
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FileNotFoundException)
            {
                problem ??= exception;
            }
        }

        throw new InvalidDataException(problem is null
            ? $"'{folder}' holds no checkpoints of a training: give the folder that a training keeps them in (train --checkpoints)."
            : $"No checkpoint in '{folder}' can be read: {problem.Message}", problem);
    }

    private static IReadOnlyList<long> IterationsIn(string folder) =>
    [
        .. Directory.GetFiles(folder, $"{Prefix}*{Extension}")
            .Select(path => long.TryParse(Path.GetFileNameWithoutExtension(path).AsSpan(Prefix.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out var iteration) ? iteration : -1)
            .Where(iteration => iteration >= 0)
            .OrderDescending(),
    ];

    /// <summary>Writes a checkpoint, and deletes those that are too old.</summary>
    /// <exception cref="IOException">It cannot be written; earlier checkpoints are untouched.</exception>
    public void Save(TrainingState state, CheckpointManifest manifest)
    {
        var path = PathOf(manifest.Counters.Iteration);
        try
        {
            AtomicFile.Write(path, file => TrainingCheckpoint.Write(Through(file), state, manifest));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint of iteration {manifest.Counters.Iteration} cannot be written to '{_folder}': "
                + $"{exception.Message}", exception);
        }

        foreach (var old in Iterations.Where(iteration => iteration <= manifest.Counters.Iteration).Skip(_kept))
        {
            Delete(PathOf(old));
        }
    }

    /// <summary>Loads the newest checkpoint that is whole.</summary>
    /// <param name="state">Receives it.</param>
    /// <param name="accept">Looks at what a checkpoint says of itself before it is loaded, and throws if it must not be.</param>
    /// <param name="tell">Told of damaged checkpoints that are passed over.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidDataException">There are checkpoints, and all are damaged.</exception>
    public bool LoadNewest(TrainingState state, Action<CheckpointManifest> accept, Action<string> tell)
    {
        var iterations = Iterations;
        foreach (var iteration in iterations)
        {
            try
            {
                accept(TrainingCheckpoint.ReadManifest(PathOf(iteration)));
                TrainingCheckpoint.ReadInto(PathOf(iteration), state);
                return true;
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                tell($"Checkpoint of iteration {iteration} passed over, the one before it is used: {exception.Message}");
            }
        }

        return iterations.Count == 0
            ? false
            : throw new InvalidDataException($"All checkpoints in '{_folder}', {iterations.Count} in number, are damaged: delete them to "
                + "start training anew, or choose another folder.");
    }

    /// <summary>Lets other processes use the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It takes space and does no harm; the next save tries again.
        }
    }

    private string PathOf(long iteration) => PathOf(_folder, iteration);

    private static string PathOf(string folder, long iteration) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iteration:d9}{Extension}"));
}
