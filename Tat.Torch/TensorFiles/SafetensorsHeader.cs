using System.Text.Json;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles;

/// <summary>The JSON header of a safetensors file, checked.</summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    /// <summary>Reads metadata and entries; entries come in the order of their data, which must be without gaps and overlaps.</summary>
    /// <exception cref="InvalidDataException">The header is not one of the format, or contradicts itself.</exception>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Entries) Parse(
        JsonDocument header, string source)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        foreach (var property in Expect(header.RootElement, JsonValueKind.Object, source, "header").EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw Damaged(source, $"'{property.Name}' comes twice in its header");
            }

            if (property.Name != MetadataKey)
            {
                entries.Add(ParseEntry(property, source));
                continue;
            }

            foreach (var item in Expect(property.Value, JsonValueKind.Object, source, MetadataKey).EnumerateObject())
            {
                metadata[item.Name] = Expect(item.Value, JsonValueKind.String, source, item.Name).GetString()!;
            }
        }

        entries.Sort((a, b) => (a.Start, a.Length).CompareTo((b.Start, b.Length)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Start != end)
            {
                throw Damaged(source, $"the data of tensor '{entry.Name}' begins at {entry.Start} where {end} was due");
            }

            end = checked(end + entry.Length);
        }

        return (metadata, entries);
    }

    private static SafetensorsEntry ParseEntry(JsonProperty property, string source)
    {
        var (name, value) = (property.Name, Expect(property.Value, JsonValueKind.Object, source, property.Name));
        var typeName = value.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String ? dtype.GetString() : null;
        if (!SafetensorsTypes.TryParse(typeName, out var type))
        {
            throw Damaged(source, $"tensor '{name}' has the element type '{typeName}', which is not supported");
        }

        var shape = Numbers(value, "shape", name, source);
        if (Numbers(value, "data_offsets", name, source) is not [var start, var end] || end < start)
        {
            throw Damaged(source, $"tensor '{name}' has no valid 'data_offsets'");
        }

        // LibTorch multiplies the sides on both sides of a 0, too. Int128 holds every product that the loop reaches before it is caught.
        Int128 extent = SafetensorsTypes.Size(type);
        for (var axis = 0; axis < shape.Length && extent <= long.MaxValue; axis++)
        {
            extent *= Math.Max(1, shape[axis]);
        }

        return extent <= long.MaxValue && (shape.Contains(0) ? 0 : extent) == end - start
            ? new(name, type, shape, start, end - start)
            : throw Damaged(source, $"tensor '{name}' of {typeName} [{string.Join(", ", shape)}] has {end - start} bytes of data");
    }

    private static long[] Numbers(JsonElement entry, string key, string name, string source)
    {
        if (!entry.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > 16)
        {
            throw Damaged(source, $"tensor '{name}' has no valid '{key}'");
        }

        return [.. array.EnumerateArray()
            .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number) && number >= 0
                ? number
                : throw Damaged(source, $"tensor '{name}' has {item.GetRawText()} in '{key}'"))];
    }

    private static JsonElement Expect(JsonElement element, JsonValueKind kind, string source, string what) =>
        element.ValueKind == kind ? element : throw Damaged(source, $"'{what}' in its header is not of the expected JSON type");

    private static InvalidDataException Damaged(string source, string problem) =>
        new($"'{source}' cannot be read: {MessageText.OneLine(problem)}; check that it is a whole safetensors file.");
}
