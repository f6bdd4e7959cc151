using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Views;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>Adds the restored image to rows of one schema and, where a column is named for it, its margin.</summary>
internal sealed class RestorationMapping : ColumnMapping
{
    private readonly ImageColumns _columns;

    private readonly InputTally _tally;

    private RestorationMapping(IImageRestorer restorer, DataViewSchema schema, RestorationColumns names, ImageColumns columns,
        InputTally tally, Action<IReadOnlyList<string>> warn)
        : base(schema,
            [
                (names.Restored, new VectorDataViewType(NumberDataViewType.Single), TaskAnnotations.Create(restorer.Tasks)),
                .. names.Margin is { } margin
                    ? [(margin, new VectorDataViewType(NumberDataViewType.Single), null)]
                    : Array.Empty<(string, DataViewType, DataViewSchema.Annotations?)>(),
            ], [.. columns.Restoring]) =>
        (Restorer, _columns, Warn, _tally) = (restorer, columns, warn, tally);

    public IImageRestorer Restorer { get; }

    /// <summary>Says in what images are unlike those that the model was trained on.</summary>
    public Action<IReadOnlyList<string>> Warn { get; }

    /// <summary>Binds to a schema.</summary>
    /// <param name="restorer">The model.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="columns">What its columns are called.</param>
    /// <param name="tally">Counts the images that are restored one at a time.</param>
    /// <param name="warn">Says in what images are unlike those that the model was trained on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static RestorationMapping Create(
        IImageRestorer restorer, DataViewSchema schema, RestorationColumns columns, InputTally tally, Action<IReadOnlyList<string>> warn) =>
        new(restorer, schema, columns,
            new(schema, columns, [columns.LowQuality], restorer.Tasks.Any(task => task.Scaling == IntensityScaling.Volume)), tally, warn);

    /// <summary>One image at a time, for PredictionEngine; cursors go by <see cref="BatchingCursor"/>.</summary>
    public override IReadOnlyList<Delegate> CreateGetters(DataViewRow input)
    {
        var read = CreateReader(input);
        var request = new RestorationRequest();
        long? restoredRow = null;

        // A row whose result and margin are both asked for is restored once.
        RestorationRequest Restored()
        {
            if (restoredRow != input.Position)
            {
                read(request);
                Warn(RestorationRequest.RestoreAll(Restorer, _tally, [request]));
                restoredRow = input.Position;
            }

            return request;
        }

        return
        [
            (ValueGetter<VBuffer<float>>)((ref VBuffer<float> restored) => Restored().CopyRestored(ref restored)),
            (ValueGetter<VBuffer<float>>)((ref VBuffer<float> margin) => Restored().CopyMargin(ref margin)),
        ];
    }

    /// <summary>Reads the image and the task of the row that <paramref name="input"/> stands on into a request.</summary>
    public Action<RestorationRequest> CreateReader(DataViewRow input)
    {
        var reader = new ImageRowReader(_columns, input, "give one value for each pixel, row by row");
        return request => request.Set(reader, reader.TaskOf(Restorer.Tasks, "which this model has not learnt"));
    }
}
