using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>
/// The columns of a schema that make images: pixels, size and task, and those that name an image where the data has them.
/// </summary>
internal sealed class ImageColumns
{
    /// <summary>Finds the columns.</summary>
    /// <param name="schema">The columns of the data.</param>
    /// <param name="names">What they are called.</param>
    /// <param name="pixels">The columns with the pixels of images, all of one size.</param>
    /// <param name="byVolume">Whether levels of volumes, and how far their k-space is filled, are read where the data has them.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public ImageColumns(DataViewSchema schema, RestorationColumns names, string[] pixels, bool byVolume = false)
    {
        Pixels = [.. pixels.Select(schema.FindVector)];
        Height = schema.FindInt32(names.Height);
        Width = schema.FindInt32(names.Width);
        Task = schema.FindTextOrKey(names.Task);
        FileName = IfOf(TextDataViewType.Instance, names.FileName);
        SliceIndex = IfOf(NumberDataViewType.Int32, names.SliceIndex);
        PixelSpacing = IfOf(NumberDataViewType.Single, names.PixelSpacing);
        Modality = IfOf(TextDataViewType.Instance, names.Modality);
        VolumeLevel = byVolume ? schema.FindSingleIfAny(names.VolumeLevel) : null;
        VolumeExtent = byVolume && schema.GetColumnOrNull(names.VolumeExtent) is not null ? schema.FindVector(names.VolumeExtent) : null;

        // What helps to describe an image is left alone where it is something else.
        DataViewSchema.Column? IfOf(DataViewType type, string name) =>
            schema.GetColumnOrNull(name) is { } column && column.Type.Equals(type) ? column : null;
    }

    public IReadOnlyList<DataViewSchema.Column> Pixels { get; }

    public DataViewSchema.Column Height { get; }

    public DataViewSchema.Column Width { get; }

    public DataViewSchema.Column Task { get; }

    public DataViewSchema.Column? FileName { get; }

    public DataViewSchema.Column? SliceIndex { get; }

    public DataViewSchema.Column? VolumeLevel { get; }

    public DataViewSchema.Column? VolumeExtent { get; }

    /// <summary>The columns that tell of an image without its pixels.</summary>
    public IEnumerable<DataViewSchema.Column> Describing =>
        new DataViewSchema.Column?[] { Task, FileName, SliceIndex }.OfType<DataViewSchema.Column>();

    public DataViewSchema.Column? PixelSpacing { get; }

    public DataViewSchema.Column? Modality { get; }

    /// <summary>The columns that restoring an image needs.</summary>
    public IEnumerable<DataViewSchema.Column> Restoring => [.. All, .. new[] { PixelSpacing, Modality }.OfType<DataViewSchema.Column>()];

    public IEnumerable<DataViewSchema.Column> All =>
        [.. Pixels, Height, Width, .. Describing, .. new[] { VolumeLevel, VolumeExtent }.OfType<DataViewSchema.Column>()];
}
