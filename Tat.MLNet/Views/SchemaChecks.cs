using Microsoft.ML;
using Microsoft.ML.Data;

namespace Tat.MLNet.Views;

/// <summary>Finds input columns and says what is wrong with them in ML.NET's words.</summary>
internal static class SchemaChecks
{
    public static DataViewSchema.Column FindVector(this DataViewSchema schema, string name) =>
        schema.Find(name, column => column.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Single,
            "Vector<Single>");

    public static DataViewSchema.Column FindInt32(this DataViewSchema schema, string name) =>
        schema.Find(name, column => column.Type == NumberDataViewType.Int32, "Int32");

    /// <summary>A column that the data need not have.</summary>
    public static DataViewSchema.Column? FindSingleIfAny(this DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) is null ? null : schema.Find(name, column => column.Type == NumberDataViewType.Single, "Single");

    public static DataViewSchema.Column FindTextOrKey(this DataViewSchema schema, string name) =>
        schema.Find(name, column => column.Type is TextDataViewType || column.IsTextKey(), "String or a key with text values");

    /// <summary>Whether a column is a key whose values are texts.</summary>
    public static bool IsTextKey(this DataViewSchema.Column column) => column.Type is KeyDataViewType
        && column.Annotations.Schema.GetColumnOrNull("KeyValues")?.Type is VectorDataViewType { ItemType: TextDataViewType };

    /// <summary>Checks a required column of the schema that an estimator will be fitted on.</summary>
    public static void Require(this SchemaShape shape, string name, string expected, Func<SchemaShape.Column, bool> accepts)
    {
        var column = shape.FirstOrDefault(candidate => candidate.Name == name);
        if (column.Name is null)
        {
            throw NotFound(name);
        }

        if (!accepts(column))
        {
            throw Mismatch(name, expected, Describe(column));
        }
    }

    public static void RequireVector(this SchemaShape shape, string name) =>
        shape.Require(name, "Vector<Single>",
            column => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Single && !column.IsKey);

    public static void RequireInt32(this SchemaShape shape, string name) =>
        shape.Require(name, "Int32", column => column.IsScalar(NumberDataViewType.Int32) && !column.IsKey);

    public static void RequireTextOrKey(this SchemaShape shape, string name) => shape.Require(
        name,
        "String or a key with text values",
        column => column.IsScalar(TextDataViewType.Instance) || (column.IsKey && column.Kind == SchemaShape.Column.VectorKind.Scalar
            && column.Annotations.Any(annotation => annotation.Name == "KeyValues")));

    public static bool IsScalar(this SchemaShape.Column column, DataViewType type) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType.Equals(type);

    private static DataViewSchema.Column Find(
        this DataViewSchema schema, string name, Func<DataViewSchema.Column, bool> accepts, string expected)
    {
        var column = schema.GetColumnOrNull(name) ?? throw NotFound(name);
        return accepts(column) ? column : throw Mismatch(name, expected, column.Type.ToString()!);
    }

    private static ArgumentOutOfRangeException NotFound(string name) => new("inputSchema", $"Could not find input column '{name}'");

    private static ArgumentOutOfRangeException Mismatch(string name, string expected, string actual) =>
        new("inputSchema", $"Schema mismatch for input column '{name}': expected {expected}, got {actual}");

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind == SchemaShape.Column.VectorKind.Scalar ? item : $"Vector<{item}>";
    }
}
