using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Microsoft.ML;
using Tat.MLNet.Views;
using Tat.Torch.Data;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>The rows of a view as image pairs by task.</summary>
/// <remarks>
/// Views of this library's loaders, also behind TagTask, are read by position: only the pairs that training asks for are in memory.
/// Any other view is read through once into a <see cref="PairSpool"/>.
/// </remarks>
internal sealed class RowPairs : IDisposable
{
    private readonly IDisposable _store;

    private RowPairs(IReadOnlyList<IPairSource> sources, int skipped, IDisposable store) =>
        (Sources, Skipped, _store) = (sources, skipped, store);

    /// <summary>A source for each task that has rows.</summary>
    public IReadOnlyList<IPairSource> Sources { get; }

    /// <summary>Number of rows whose task is not trained.</summary>
    public int Skipped { get; }

    /// <summary>Prepares a view for reading by position.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="columns">What their columns are called.</param>
    /// <param name="tasks">Tells the task of a name; <see langword="null"/> for one that is not trained. Throws for one that is
    /// unknown.</param>
    /// <param name="byVolume">Whether there are tasks that are scaled by volume, so that levels are read.</param>
    /// <param name="createSpool">Makes the store for views that can only be read in order.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    public static RowPairs Create(IDataView view, RestorationColumns columns, Func<string, RestorationTask?> tasks, bool byVolume,
        Func<PairSpool> createSpool, CancellationToken cancellationToken)
    {
        var format = new ImageColumns(view.Schema, columns, [columns.LowQuality, columns.HighQuality], byVolume);
        return view is IIndexedView indexed
            ? CreateIndexed(indexed, format, tasks, cancellationToken)
            : CreateSpooled(view, format, tasks, createSpool(), cancellationToken);
    }

    public void Dispose() => _store.Dispose();

    private static RowPairs CreateIndexed(
        IIndexedView view, ImageColumns columns, Func<string, RestorationTask?> tasks, CancellationToken cancellationToken)
    {
        var listing = new Listing(tasks);
        using (var cursor = view.GetRowCursor(columns.Describing))
        {
            var row = Reader(columns, cursor);
            for (var position = 0; cursor.MoveNext(); position++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                listing.Add(position, row);
            }
        }

        var reader = view.OpenReader(columns.All);
        return listing.Complete(reader, position =>
        {
            using var row = reader.ReadAt(position);
            return row.MoveNext() ? Read(Reader(columns, row), tasks) : throw new ArgumentOutOfRangeException(nameof(position));
        });
    }

    private static RowPairs CreateSpooled(
        IDataView view, ImageColumns columns, Func<string, RestorationTask?> tasks, PairSpool spool, CancellationToken cancellationToken)
    {
        try
        {
            var listing = new Listing(tasks);
            using var cursor = view.GetRowCursor(columns.All);
            var row = Reader(columns, cursor);
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (listing.Add(spool.Count, row))
                {
                    spool.Add(Read(row, tasks));
                }
            }

            return listing.Complete(spool, spool.Read);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static ImageRowReader Reader(ImageColumns columns, DataViewRow row) =>
        new(columns, row, "training needs both images of each pair, one value for each pixel");

    /// <summary>Reads a pair; both images have the level of the low-quality volume.</summary>
    private static ImagePair Read(ImageRowReader row, Func<string, RestorationTask?> tasks)
    {
        var task = tasks(row.TaskName);
        return new(row.Read(task), row.Read(task, column: 1), row.Name);
    }

    /// <summary>Sorts positions by task.</summary>
    private sealed class Listing(Func<string, RestorationTask?> tasks)
    {
        private readonly Dictionary<RestorationTask, List<(int Position, string Volume)>> _positions = [];
        private int _skipped;

        public bool Add(int position, ImageRowReader row)
        {
            RestorationTask? task;
            try
            {
                task = tasks(row.TaskName);
            }
            catch (KeyNotFoundException problem)
            {
                throw new InvalidDataException($"{row.Name}: {problem.Message} Add it to the option Tasks.", problem);
            }

            if (task is null)
            {
                _skipped++;
                return false;
            }

            if (!_positions.TryGetValue(task, out var positions))
            {
                _positions.Add(task, positions = []);
            }

            positions.Add((position, row.File));
            return true;
        }

        public RowPairs Complete(IDisposable store, Func<int, ImagePair> read) =>
            new([.. _positions.Select(task => new Source(task.Key, [.. task.Value], read))], _skipped, store);
    }

    private sealed class Source(RestorationTask task, (int Position, string Volume)[] rows, Func<int, ImagePair> read) : IPairSource
    {
        public RestorationTask Task => task;

        public int Count => rows.Length;

        public ImagePair Read(int index) => read(rows[index].Position);

        public string VolumeOf(int index) => rows[index].Volume;

        /// <summary>Names and lengths of all files, and the pixels of some pairs; a data set that was moved is the same.</summary>
        public string Fingerprint
        {
            get
            {
                var hash = new XxHash128();
                foreach (var file in rows.Select(row => row.Volume).Distinct())
                {
                    hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                        $"{Path.GetFileName(file)} {(File.Exists(file) ? new FileInfo(file).Length : 0)}\n")));
                }

                return $"{Convert.ToHexStringLower(hash.GetCurrentHash())} {PixelHash.Of(this)}";
            }
        }
    }
}
