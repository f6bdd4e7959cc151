using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Scoring;
using Tat.MLNet.Views;
using Tat.Torch.Imaging;
using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>Compares two columns of images.</summary>
internal sealed class RestorationEvaluator
{
    private readonly IDataView _data;
    private readonly TaskVocabulary _tasks;
    private readonly DataViewSchema.Column _label;
    private readonly DataViewSchema.Column _score;
    private readonly DataViewSchema.Column _height;
    private readonly DataViewSchema.Column _width;
    private readonly DataViewSchema.Column _task;
    private readonly DataViewSchema.Column? _fileName;
    private readonly DataViewSchema.Column? _sliceIndex;

    public RestorationEvaluator(IDataView data, string label, string score, ScoringColumns columns, TaskVocabulary? tasks)
    {
        var schema = data.Schema;
        (_data, _tasks) = (data, tasks ?? TaskAnnotations.Find(schema) ?? TaskVocabulary.Paper);
        (_label, _score) = (schema.FindVector(label), schema.FindVector(score));
        (_height, _width) = (schema.FindInt32(columns.Height), schema.FindInt32(columns.Width));
        _task = schema.FindTextOrKey(columns.Task);
        _fileName = schema.GetColumnOrNull(columns.FileName) is { Type: TextDataViewType } name ? name : null;
        _sliceIndex = schema.GetColumnOrNull("SliceIndex") is { } slice && slice.Type == NumberDataViewType.Int32 ? slice : null;
    }

    public RestorationMetrics Evaluate(CancellationToken cancellationToken)
    {
        var images = new List<ImageScore>();
        using var cursor = _data.GetRowCursor(new DataViewSchema.Column?[] { _label, _score, _height, _width, _task, _fileName, _sliceIndex }.OfType<DataViewSchema.Column>());
        var read = CreateReader(cursor);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            images.Add(read());
        }

        return images.Count > 0 ? new(images) : throw new InvalidOperationException("There is nothing to evaluate: the data has no rows.");
    }

    private Func<ImageScore> CreateReader(DataViewRowCursor cursor)
    {
        var getLabel = cursor.GetGetter<VBuffer<float>>(_label);
        var getScore = cursor.GetGetter<VBuffer<float>>(_score);
        var getHeight = cursor.GetGetter<int>(_height);
        var getWidth = cursor.GetGetter<int>(_width);
        var getTask = TextGetter.Create(cursor, _task);
        var getName = _fileName is { } column ? TextGetter.Create(cursor, column) : () => "";
        var getSlice = _sliceIndex is { } slice ? cursor.GetGetter<int>(slice) : (ref int index) => index = -1;
        VBuffer<float> label = default, score = default;
        return () =>
        {
            int height = 0, width = 0, index = 0;
            getHeight(ref height);
            getWidth(ref width);
            getSlice(ref index);
            getLabel(ref label);
            getScore(ref score);
            var name = getName();
            var subject = name.Length > 0 ? $"'{name}'" : $"row {cursor.Position}";
            var task = _tasks.TryGet(getTask(), out var known) ? known : throw new InvalidDataException(
                $"{subject}: column '{_task.Name}' says '{getTask()}', whose metric window is unknown; the known tasks are {string.Join(", ", _tasks.Select(other => other.Name))}. Give the tasks to Evaluate.");
            var reference = ToImage(label, height, width, _label.Name, subject);
            var quality = ImageQuality.Measure(ToImage(score, height, width, _score.Name, subject), reference, task.MetricWindow);
            return new(name, index, task, quality);
        };
    }

    private static ImageSlice ToImage(in VBuffer<float> pixels, int height, int width, string column, string subject)
    {
        if (height >= 1 && width >= 1 && (long)height * width == pixels.Length)
        {
            return new([.. pixels.DenseValues()], height, width);
        }

        var problem = pixels.Length == 0 ? "is empty" : $"has {pixels.Length} values for an image of {height} × {width}";
        throw new InvalidDataException($"{subject}: column '{column}' {problem}; only images with a reference of the same size can be evaluated.");
    }
}
