using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Views;

/// <summary>
/// Reads the images of the row that a cursor stands on. A column is touched when it is first asked for, so that a cursor needs only those
/// that are used.
/// </summary>
/// <param name="columns">The columns.</param>
/// <param name="row">The cursor, or a row.</param>
/// <param name="advice">What messages say to do about an image that does not fit its size.</param>
internal sealed class ImageRowReader(ImageColumns columns, DataViewRow row, string advice)
{
    private readonly ValueGetter<VBuffer<float>>?[] _getPixels = new ValueGetter<VBuffer<float>>?[columns.Pixels.Count];
    private Func<string>? _getTask;
    private Func<string>? _getFile;
    private ValueGetter<int>? _getHeight;
    private ValueGetter<int>? _getWidth;
    private ValueGetter<int>? _getSlice;
    private ValueGetter<float>? _getLevel;
    private ValueGetter<float>? _getSpacing;
    private Func<string>? _getModality;
    private ValueGetter<VBuffer<float>>? _getExtent;
    private VBuffer<float> _pixels;

    /// <summary>What the row says of its task.</summary>
    public string TaskName => (_getTask ??= TextGetter.Create(row, columns.Task))();

    /// <summary>The file; empty where the data does not tell.</summary>
    public string File => columns.FileName is { } column ? (_getFile ??= TextGetter.Create(row, column))() : "";

    /// <summary>The slice of the file, from 0; −1 where the data does not tell.</summary>
    public int Slice
    {
        get
        {
            var slice = -1;
            if (columns.SliceIndex is { } column)
            {
                (_getSlice ??= row.GetGetter<int>(column))(ref slice);
            }

            return slice;
        }
    }

    /// <summary>What messages call the image.</summary>
    public string Name => File is not { Length: > 0 } file ? $"row {row.Position}"
        : Slice is var slice && slice >= 0 ? $"'{file}', slice {slice}" : $"'{file}'";

    /// <summary>Side of a pixel in mm; NaN where the data does not tell.</summary>
    public double PixelSpacing
    {
        get
        {
            var spacing = float.NaN;
            if (columns.PixelSpacing is { } column)
            {
                (_getSpacing ??= row.GetGetter<float>(column))(ref spacing);
            }

            return spacing;
        }
    }

    /// <summary>The DICOM modality; empty where the data does not tell.</summary>
    public string Modality => columns.Modality is { } column ? (_getModality ??= TextGetter.Create(row, column))() : "";

    /// <summary>The task of a vocabulary that the row names.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="problem">What messages say of another task, as in <c>which this model has not learnt</c>.</param>
    /// <exception cref="InvalidDataException">The vocabulary has no such task.</exception>
    public RestorationTask TaskOf(TaskVocabulary tasks, string problem) => tasks.TryGet(TaskName, out var task)
        ? task
        : throw new InvalidDataException(
            $"{Name}: column '{columns.Task.Name}' says '{TaskName}', {problem}; the known tasks are {string.Join(", ", tasks)}.");

    /// <summary>Reads an image.</summary>
    /// <param name="task">Its task; where that is scaled by volume, the image gets the level of its volume, and where it fits the
    /// resolution, what is filled of its k-space.</param>
    /// <param name="column">Which of the columns of pixels.</param>
    /// <param name="memory">An array that the image may take where it is as long; a new one otherwise.</param>
    /// <exception cref="InvalidDataException">There is not one value for each pixel.</exception>
    public ImageSlice Read(RestorationTask? task, int column = 0, float[]? memory = null)
    {
        int height = 0, width = 0;
        (_getHeight ??= row.GetGetter<int>(columns.Height))(ref height);
        (_getWidth ??= row.GetGetter<int>(columns.Width))(ref width);
        (_getPixels[column] ??= row.GetGetter<VBuffer<float>>(columns.Pixels[column]))(ref _pixels);
        if (height < 1 || width < 1 || (long)height * width != _pixels.Length)
        {
            throw new InvalidDataException(
                $"{Name}: column '{columns.Pixels[column].Name}' "
                + $"{(_pixels.Length == 0 ? "is empty" : $"has {MessageText.Amount(_pixels.Length, "value")}")} where "
                + $"'{columns.Height.Name}' × '{columns.Width.Name}' say {height} × {width}; {advice}.");
        }

        var pixels = memory?.Length == _pixels.Length ? memory : new float[_pixels.Length];
        _pixels.CopyTo(pixels);
        return new(pixels, height, width)
        {
            // First: a loader that measures it measures the level with it.
            VolumeExtent = task?.FitsResolution == true ? ExtentOfVolume() : null,
            VolumeLevel = task?.Scaling == IntensityScaling.Volume ? LevelOfVolume() : null,
        };
    }

    private float? LevelOfVolume()
    {
        if (columns.VolumeLevel is not { } column)
        {
            return null;
        }

        var level = float.NaN;
        (_getLevel ??= row.GetGetter<float>(column))(ref level);
        return level;
    }

    private KSpaceExtent? ExtentOfVolume()
    {
        if (columns.VolumeExtent is not { } column)
        {
            return null;
        }

        var extent = default(VBuffer<float>);
        (_getExtent ??= row.GetGetter<VBuffer<float>>(column))(ref extent);
        return extent.Length == 2 && extent.GetItemOrDefault(0) is > 0 and <= 1 and var rows
            && extent.GetItemOrDefault(1) is > 0 and <= 1 and var filled ? new(rows, filled) : null;
    }
}
