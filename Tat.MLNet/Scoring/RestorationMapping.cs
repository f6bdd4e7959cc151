using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>Adds the restored image to rows of one schema.</summary>
internal sealed class RestorationMapping : ColumnMapping
{
    private readonly DataViewSchema.Column _pixels;
    private readonly DataViewSchema.Column _height;
    private readonly DataViewSchema.Column _width;
    private readonly DataViewSchema.Column _task;
    private readonly DataViewSchema.Column? _fileName;
    private readonly DataViewSchema.Column? _level;

    private RestorationMapping(
        IImageRestorer restorer, DataViewSchema schema, ScoringColumns columns, DataViewSchema.Column[] required, DataViewSchema.Column? fileName, DataViewSchema.Column? level)
        : base(schema, columns.Restored, new VectorDataViewType(NumberDataViewType.Single), TaskAnnotations.Create(restorer.Tasks), [.. required, .. new[] { fileName, level }.OfType<DataViewSchema.Column>()])
    {
        Restorer = restorer;
        (_pixels, _height, _width, _task) = (required[0], required[1], required[2], required[3]);
        (_fileName, _level) = (fileName, level);
    }

    public IImageRestorer Restorer { get; }

    /// <summary>Binds to a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static RestorationMapping Create(IImageRestorer restorer, DataViewSchema schema, ScoringColumns columns)
    {
        DataViewSchema.Column[] required = [schema.FindVector(columns.LowQuality), schema.FindInt32(columns.Height), schema.FindInt32(columns.Width), schema.FindTextOrKey(columns.Task)];
        var fileName = schema.GetColumnOrNull(columns.FileName) is { Type: TextDataViewType } name ? name : default(DataViewSchema.Column?);
        var level = restorer.Tasks.Any(task => task.Scaling == IntensityScaling.Volume) ? schema.FindSingleIfAny(columns.VolumeLevel) : null;
        return new(restorer, schema, columns, required, fileName, level);
    }

    /// <summary>One image at a time, for PredictionEngine; cursors go by <see cref="BatchingCursor"/>.</summary>
    public override Delegate CreateGetter(DataViewRow input)
    {
        var read = CreateReader(input);
        var request = new RestorationRequest();
        return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> restored) =>
        {
            read(request);
            RestorationRequest.RestoreAll(Restorer, [request]);
            request.CopyRestored(ref restored);
        });
    }

    /// <summary>Reads the image, size and task of the row that <paramref name="input"/> stands on into a request.</summary>
    public Action<RestorationRequest> CreateReader(DataViewRow input)
    {
        var getPixels = input.GetGetter<VBuffer<float>>(_pixels);
        var getHeight = input.GetGetter<int>(_height);
        var getWidth = input.GetGetter<int>(_width);
        var getTask = TextGetter.Create(input, _task);
        var getName = _fileName is { } column ? TextGetter.Create(input, column) : () => "";
        var getLevel = _level is { } levels ? input.GetGetter<float>(levels) : (ref float unknown) => unknown = float.NaN;
        var pixels = default(VBuffer<float>);
        return request =>
        {
            int height = 0, width = 0;
            getHeight(ref height);
            getWidth(ref width);
            getPixels(ref pixels);
            request.Name = getName() is { Length: > 0 } name ? $"'{name}'" : $"row {input.Position}";
            if (height < 1 || width < 1 || (long)height * width != pixels.Length)
            {
                throw new InvalidDataException($"{request.Name}: column '{_pixels.Name}' has {pixels.Length} values where '{_height.Name}' × '{_width.Name}' say {height} × {width}; give one value for each pixel, row by row.");
            }

            request.Task = FindTask(getTask(), request.Name);
            var level = float.NaN;
            if (request.Task.Scaling == IntensityScaling.Volume)
            {
                getLevel(ref level);
            }

            request.SetImage(pixels, height, width, level);
        };
    }

    private RestorationTask FindTask(string task, string name) => Restorer.Tasks.TryGet(task, out var found)
        ? found
        : throw new InvalidDataException($"{name}: column '{_task.Name}' says '{task}', which this model has not learnt; it knows {string.Join(", ", Restorer.Tasks.Select(known => known.Name))}.");
}
