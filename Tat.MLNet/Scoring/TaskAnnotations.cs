using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.ModelIO;
using Tat.MLNet.Views;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scoring;

/// <summary>Writes a model's tasks into the annotations of its output column, where evaluation finds their metric windows.</summary>
internal static class TaskAnnotations
{
    private const string Names = "TaskNames";
    private const string Quantities = "TaskQuantities";
    private const string Units = "TaskUnits";
    private const string Ranges = "TaskRanges";
    private const string Scalings = "TaskScalings";
    private const string Factors = "TaskUpscalingFactors";
    private const string Fits = "TaskFitsResolution";

    /// <summary>The annotations as an estimator promises them.</summary>
    private static SchemaShape Shape { get; } = new(
    [
        ModelBridge.CreateColumn("ScoreColumnKind", SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        ModelBridge.CreateColumn("ScoreValueKind", SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        ModelBridge.CreateColumn(Names, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance),
        ModelBridge.CreateColumn(Quantities, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance),
        ModelBridge.CreateColumn(Units, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance),
        ModelBridge.CreateColumn(Ranges, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single),
        ModelBridge.CreateColumn(Scalings, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance),
        ModelBridge.CreateColumn(Factors, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Double),
        ModelBridge.CreateColumn(Fits, SchemaShape.Column.VectorKind.Vector, BooleanDataViewType.Instance),
    ]);

    /// <summary>What a shape becomes by restoring.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static SchemaShape Restored(this SchemaShape input, RestorationColumns columns)
    {
        input.RequireVector(columns.LowQuality);
        input.RequireInt32(columns.Height);
        input.RequireInt32(columns.Width);
        input.RequireTextOrKey(columns.Task);
        var restored = input.With(ModelBridge.CreateColumn(
            columns.Restored, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single, Shape));
        return columns.Margin is { } margin
            ? restored.With(ModelBridge.CreateColumn(margin, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single))
            : restored;
    }

    /// <summary>
    /// ML.NET's score kind, and the tasks: names, quantities, units, four range limits, the scaling, the upscaling factor (NaN for none)
    /// and whether it fits the resolution of each.
    /// </summary>
    public static DataViewSchema.Annotations Create(TaskVocabulary tasks)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddText(builder, "ScoreColumnKind", "ImageRestoration");
        AddText(builder, "ScoreValueKind", "Score");
        AddVector(builder, Names, TextDataViewType.Instance, tasks.Select(task => task.Name.AsMemory()));
        AddVector(builder, Quantities, TextDataViewType.Instance, tasks.Select(task => task.Quantity.AsMemory()));
        AddVector(builder, Units, TextDataViewType.Instance, tasks.Select(task => task.Unit.AsMemory()));
        AddVector(builder, Ranges, NumberDataViewType.Single,
            tasks.SelectMany(task => new[] { task.NormalizationRange, task.MetricWindow ?? task.NormalizationRange })
                .SelectMany(range => new[] { range.Minimum, range.Maximum }));
        AddVector(builder, Scalings, TextDataViewType.Instance, tasks.Select(task => task.Scaling.ToString().AsMemory()));
        AddVector(builder, Factors, NumberDataViewType.Double, tasks.Select(task => task.UpscalingFactor ?? double.NaN));
        AddVector(builder, Fits, BooleanDataViewType.Instance, tasks.Select(task => task.FitsResolution));
        return builder.ToAnnotations();
    }

    /// <summary>The tasks of the last column that carries them, if one does.</summary>
    public static TaskVocabulary? Find(DataViewSchema schema) =>
        schema.Select(column => Read(column.Annotations)).LastOrDefault(tasks => tasks is not null);

    private static TaskVocabulary? Read(DataViewSchema.Annotations annotations)
    {
        if (annotations.Schema.GetColumnOrNull(Fits) is null || annotations.Schema.GetColumnOrNull(Names) is null)
        {
            return null;
        }

        var names = Texts(annotations, Names);
        var quantities = Texts(annotations, Quantities);
        var units = Texts(annotations, Units);
        var limits = Values<float>(annotations, Ranges);
        var scalings = Texts(annotations, Scalings);
        var factors = Values<double>(annotations, Factors);
        var fits = Values<bool>(annotations, Fits);
        return new(names.Select((name, i) => new RestorationTask(
            name, quantities[i], units[i], new(limits[4 * i], limits[(4 * i) + 1]), new(limits[(4 * i) + 2], limits[(4 * i) + 3]))
        {
            Scaling = Enum.Parse<IntensityScaling>(scalings[i]),
            UpscalingFactor = double.IsNaN(factors[i]) ? null : factors[i],
            FitsResolution = fits[i],
        }));
    }

    private static string[] Texts(DataViewSchema.Annotations annotations, string name) =>
        [.. Values<ReadOnlyMemory<char>>(annotations, name).Select(text => text.ToString())];

    private static T[] Values<T>(DataViewSchema.Annotations annotations, string name)
    {
        var values = default(VBuffer<T>);
        annotations.GetValue(name, ref values);
        return [.. values.DenseValues()];
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string name, string text) =>
        builder.Add(name, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());

    private static void AddVector<T>(
        DataViewSchema.Annotations.Builder builder, string name, PrimitiveDataViewType type, IEnumerable<T> values)
    {
        T[] array = [.. values];
        builder.Add(name, new VectorDataViewType(type, array.Length), (ref VBuffer<T> buffer) => buffer = new(array.Length, [.. array]));
    }
}
