using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.MLNet.ModelIO;
using Tat.Torch.Files;

namespace Tat.MLNet.Loading;

/// <summary>Turns image files into rows, one per slice, which are read on demand.</summary>
/// <remarks>
/// The views that a loader makes can be read many times, shuffled by position without buffering images, and read by several cursors at
/// once. To know how many slices a file has, its header is read when its first row is reached; pixels are read only for the pixel columns
/// and only when these are read. A loader has no state of its own and is safe for concurrent use.
/// </remarks>
public abstract class ImageLoader : IDataLoader<IMultiStreamSource>
{
    private readonly IReadOnlyList<ImageColumn> _columns;
    private readonly DataViewSchema _schema;

    private protected ImageLoader(IReadOnlyList<ImageColumn> columns) => (_columns, _schema) = (columns, ImageView.CreateSchema(columns));

    /// <summary>How the file or folder of an entry is opened.</summary>
    internal Func<string, IImageScan> Open { get; init; } = path => ImageFormats.Open(path);

    private protected abstract ModelSignature Signature { get; }

    private protected abstract object Settings { get; }

    /// <summary>What the loader looks for, as messages name it where there is none.</summary>
    private protected abstract string Sought { get; }

    /// <summary>Lists the images of some files; nothing but the listing itself is opened.</summary>
    /// <param name="input">Files; each must have a path.</param>
    /// <exception cref="InvalidDataException">There is nothing among the files that the loader looks for, or they do not form what it
    /// expects; the message says which.</exception>
    public IDataView Load(IMultiStreamSource input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var paths = Enumerable.Range(0, input.Count).Select(index => input.GetPathOrNull(index)
            ?? throw new ArgumentException(
                "Images are read from files; give a source whose items have paths, such as MultiFileSource.", nameof(input)));
        string[] files = [.. paths];
        var (entries, open) = Resolve(files);
        return entries.Count == 0
            ? throw new InvalidDataException(
                $"There are no {Sought} {((input as FileList)?.Origin is { } origin ? $"in '{origin}', which has" : "among the")} "
                + $"{MessageText.Amount(files.Length, "file")}; check the path.")
            : new ImageView(_schema, _columns, entries, open);
    }

    /// <summary>The columns that the loader's views have.</summary>
    public DataViewSchema GetOutputSchema() => _schema;

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelWriter.Begin(ctx, Signature).Write(Settings);

    private protected static TOptions ReadOptions<TOptions>(object context, ModelSignature signature) =>
        ModelReader.Begin(context, signature).Read<TOptions>();

    /// <summary>Lists images, and tells how they are opened.</summary>
    private protected virtual (IReadOnlyList<ImageEntry> Entries, Func<string, IImageScan> Open) Resolve(IReadOnlyList<string> paths) =>
        (List(paths), Open);

    /// <summary>Lists images.</summary>
    private protected abstract IReadOnlyList<ImageEntry> List(IReadOnlyList<string> paths);
}
