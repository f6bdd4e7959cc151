using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Loading;

/// <summary>A column that a loader offers: how its value follows from the row. Nothing is opened before a value is asked for.</summary>
internal abstract class ImageColumn(string name, DataViewType type)
{
    public string Name { get; } = name;

    public DataViewType Type { get; } = type;

    /// <summary>A <see cref="ValueGetter{TValue}"/> for the row that <paramref name="row"/> stands on.</summary>
    public abstract Delegate CreateGetter(ImageRow row);

    /// <summary>The pixels of the image to restore.</summary>
    public static ImageColumn LowQuality { get; } = Pixels("LowQuality", row => row.LowQuality);

    /// <summary>The pixels of its reference; empty where there is none.</summary>
    public static ImageColumn HighQuality { get; } = Pixels("HighQuality", row => row.HighQuality);

    /// <summary>Number of rows of the image.</summary>
    public static ImageColumn Height { get; } = Scalar("Height", NumberDataViewType.Int32, row => row.Scan.Rows);

    /// <summary>Number of columns of the image.</summary>
    public static ImageColumn Width { get; } = Scalar("Width", NumberDataViewType.Int32, row => row.Scan.Columns);

    /// <summary>The task's name as the listing tells it; empty where it does not.</summary>
    public static ImageColumn Task { get; } = Text("Task", row => row.Entry.Task);

    /// <summary>The file or folder of the image to restore.</summary>
    public static ImageColumn FileName { get; } = Text("FileName", row => row.Entry.LowQuality);

    /// <summary>Position of the slice in its file, from 0.</summary>
    public static ImageColumn SliceIndex { get; } = Scalar("SliceIndex", NumberDataViewType.Int32, row => row.Slice);

    /// <summary>The level of the file's low-quality volume; files are measured only where this is read.</summary>
    public static ImageColumn VolumeLevel { get; } = Scalar("VolumeLevel", NumberDataViewType.Single, row => row.VolumeLevel);

    /// <summary>How far k-space of that volume is filled, along its rows and columns: two shares, 1 where it is full.</summary>
    public static ImageColumn VolumeExtent { get; } = new Column<VBuffer<float>>(
        "VolumeExtent", new VectorDataViewType(NumberDataViewType.Single, 2), (ImageRow row, ref VBuffer<float> shares) =>
        {
            var editor = VBufferEditor.Create(ref shares, 2);
            (editor.Values[0], editor.Values[1]) = ((float)row.VolumeExtent.Rows, (float)row.VolumeExtent.Columns);
            shares = editor.Commit();
        });

    /// <summary>The DICOM modality of the file; empty if its format does not record one.</summary>
    public static ImageColumn Modality { get; } = Text("Modality", row => row.Scan.Modality);

    /// <summary>Side of a pixel in mm; NaN if the file does not record it.</summary>
    public static ImageColumn PixelSpacing { get; } = Scalar(
        "PixelSpacing", NumberDataViewType.Single, row => (float)(row.Scan.PixelSpacing() ?? double.NaN));

    /// <summary>A text column.</summary>
    public static ImageColumn Text(string name, Func<ImageRow, string?> value) =>
        new Column<ReadOnlyMemory<char>>(
            name, TextDataViewType.Instance, (ImageRow row, ref ReadOnlyMemory<char> text) => text = value(row).AsMemory());

    /// <summary>A column of single values.</summary>
    public static ImageColumn Scalar<T>(string name, PrimitiveDataViewType type, Func<ImageRow, T> value) =>
        new Column<T>(name, type, (ImageRow row, ref T number) => number = value(row));

    private static ImageColumn Pixels(string name, Func<ImageRow, ImageSlice?> value) =>
        new Column<VBuffer<float>>(name, new VectorDataViewType(NumberDataViewType.Single), (ImageRow row, ref VBuffer<float> pixels) =>
        {
            var source = value(row) is { } image ? image.Pixels : [];
            var editor = VBufferEditor.Create(ref pixels, source.Length);
            source.CopyTo(editor.Values);
            pixels = editor.Commit();
        });

    private delegate void Fill<T>(ImageRow row, ref T value);

    private sealed class Column<T>(string name, DataViewType type, Fill<T> fill) : ImageColumn(name, type)
    {
        public override Delegate CreateGetter(ImageRow row) => (ValueGetter<T>)((ref T value) => fill(row, ref value));
    }
}
