using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Training;

/// <summary>The columns that make an image pair.</summary>
internal sealed record PairColumns(
    DataViewSchema.Column LowQuality,
    DataViewSchema.Column HighQuality,
    DataViewSchema.Column Height,
    DataViewSchema.Column Width,
    DataViewSchema.Column Task,
    DataViewSchema.Column? FileName,
    DataViewSchema.Column? SliceIndex,
    DataViewSchema.Column? VolumeLevel)
{
    /// <summary>The columns that tell of a pair without its pixels.</summary>
    public IEnumerable<DataViewSchema.Column> Describing => new DataViewSchema.Column?[] { Task, FileName, SliceIndex }.OfType<DataViewSchema.Column>();

    public IEnumerable<DataViewSchema.Column> All => [LowQuality, HighQuality, Height, Width, .. Describing, .. VolumeLevel is { } level ? [level] : Array.Empty<DataViewSchema.Column>()];

    public static PairColumns Find(DataViewSchema schema, ScoringColumns columns, string highQuality, bool byVolume) => new(
        schema.FindVector(columns.LowQuality),
        schema.FindVector(highQuality),
        schema.FindInt32(columns.Height),
        schema.FindInt32(columns.Width),
        schema.FindTextOrKey(columns.Task),
        schema.GetColumnOrNull(columns.FileName) is { Type: TextDataViewType } name ? name : null,
        schema.GetColumnOrNull("SliceIndex") is { } slice && slice.Type == NumberDataViewType.Int32 ? slice : null,
        byVolume ? schema.FindSingleIfAny(columns.VolumeLevel) : null);

    /// <summary>Reads the task, a name for messages, and the file, if it is known, of the row that <paramref name="row"/> stands on.</summary>
    public Func<(string Task, string Name, string File)> CreateDescriber(DataViewRow row)
    {
        var getTask = TextGetter.Create(row, Task);
        var getName = CreateNamer(row);
        var getFile = FileName is { } file ? TextGetter.Create(row, file) : () => "";
        return () => (getTask(), getName(), getFile());
    }

    /// <summary>Reads the pair of the row that <paramref name="row"/> stands on.</summary>
    /// <param name="row">The row.</param>
    /// <param name="tasks">Tells the task of a name: the level of a volume is read where that is scaled by it.</param>
    public Func<ImagePair> CreatePairReader(DataViewRow row, Func<string, RestorationTask?> tasks)
    {
        var getLow = row.GetGetter<VBuffer<float>>(LowQuality);
        var getHigh = row.GetGetter<VBuffer<float>>(HighQuality);
        var getHeight = row.GetGetter<int>(Height);
        var getWidth = row.GetGetter<int>(Width);
        var getTask = TextGetter.Create(row, Task);
        var getLevel = VolumeLevel is { } levels ? row.GetGetter<float>(levels) : (ref float unknown) => unknown = float.NaN;
        var getName = CreateNamer(row);
        VBuffer<float> low = default, high = default;
        return () =>
        {
            int height = 0, width = 0;
            getHeight(ref height);
            getWidth(ref width);
            getLow(ref low);
            getHigh(ref high);
            var (name, level) = (getName(), float.NaN);
            if (tasks(getTask())?.Scaling == IntensityScaling.Volume)
            {
                getLevel(ref level);
            }

            return new(ToImage(low, LowQuality.Name), ToImage(high, HighQuality.Name), name);

            ImageSlice ToImage(in VBuffer<float> pixels, string column) => height >= 1 && width >= 1 && (long)height * width == pixels.Length
                ? new([.. pixels.DenseValues()], height, width) { VolumeLevel = level }
                : throw new InvalidDataException($"{name}: column '{column}' has {pixels.Length} values where '{Height.Name}' × '{Width.Name}' say {height} × {width}; training needs both images of each pair, one value for each pixel.");
        };
    }

    private Func<string> CreateNamer(DataViewRow row)
    {
        var getFile = FileName is { } file ? TextGetter.Create(row, file) : () => "";
        var getSlice = SliceIndex is { } slice ? row.GetGetter<int>(slice) : null;
        return () =>
        {
            var name = getFile();
            if (name.Length == 0)
            {
                return $"row {row.Position}";
            }

            var index = 0;
            getSlice?.Invoke(ref index);
            return getSlice is null ? $"'{name}'" : $"'{name}', slice {index}";
        };
    }
}
