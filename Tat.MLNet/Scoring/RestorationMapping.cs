using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>Adds the restored image to rows of one schema.</summary>
internal sealed class RestorationMapping : ColumnMapping
{
    private readonly ImageColumns _columns;

    private RestorationMapping(IImageRestorer restorer, DataViewSchema schema, RestorationColumns names, ImageColumns columns)
        : base(schema, names.Restored, new VectorDataViewType(NumberDataViewType.Single), TaskAnnotations.Create(restorer.Tasks), [.. columns.All]) =>
        (Restorer, _columns) = (restorer, columns);

    public IImageRestorer Restorer { get; }

    /// <summary>Binds to a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static RestorationMapping Create(IImageRestorer restorer, DataViewSchema schema, RestorationColumns columns) =>
        new(restorer, schema, columns, new(schema, columns, [columns.LowQuality], restorer.Tasks.Any(task => task.Scaling == IntensityScaling.Volume)));

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

    /// <summary>Reads the image and the task of the row that <paramref name="input"/> stands on into a request.</summary>
    public Action<RestorationRequest> CreateReader(DataViewRow input)
    {
        var reader = new ImageRowReader(_columns, input, "give one value for each pixel, row by row");
        return request =>
        {
            var task = reader.TaskOf(Restorer.Tasks, "which this model has not learnt");
            request.Set(reader.Name, task, reader.Read(task, memory: request.Memory));
        };
    }
}
