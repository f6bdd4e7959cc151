using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>The columns of a schema that make images: pixels, size and task, and those that name an image where the data has them.</summary>
internal sealed class ImageColumns
{
    /// <summary>Finds the columns.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="pixels">The columns with the pixels of images, all of one size.</param>
    /// <param name="withLevels">Whether levels of volumes are read, where the data has them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public ImageColumns(DataViewSchema schema, RestorationColumns names, string[] pixels, bool withLevels = false)
    {
        Pixels = [.. pixels.Select(schema.FindVector)];
        Height = schema.FindInt32(names.Height);
        Width = schema.FindInt32(names.Width);
        Task = schema.FindTextOrKey(names.Task);
        FileName = schema.GetColumnOrNull(names.FileName) is { Type: TextDataViewType } name ? name : null;
        SliceIndex = schema.GetColumnOrNull(names.SliceIndex) is { } slice && slice.Type == NumberDataViewType.Int32 ? slice : null;
        VolumeLevel = withLevels ? schema.FindSingleIfAny(names.VolumeLevel) : null;
    }

    public IReadOnlyList<DataViewSchema.Column> Pixels { get; }

    public DataViewSchema.Column Height { get; }

    public DataViewSchema.Column Width { get; }

    public DataViewSchema.Column Task { get; }

    public DataViewSchema.Column? FileName { get; }

    public DataViewSchema.Column? SliceIndex { get; }

    public DataViewSchema.Column? VolumeLevel { get; }

    /// <summary>The columns that tell of an image without its pixels.</summary>
    public IEnumerable<DataViewSchema.Column> Describing => new DataViewSchema.Column?[] { Task, FileName, SliceIndex }.OfType<DataViewSchema.Column>();

    public IEnumerable<DataViewSchema.Column> All => [.. Pixels, Height, Width, .. Describing, .. VolumeLevel is { } level ? [level] : Array.Empty<DataViewSchema.Column>()];
}
