using System.Text.Json;
using Tat.Torch.Files;

namespace Tat.Torch.TensorFiles;

/// <summary>The JSON header of a safetensors file, checked.</summary>
internal static class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";
    private const int DeepestJson = 8;
    private const int MostSides = 16;

    /// <summary>Bytes of a text without its characters, and of an entry or a pair of texts with its places in lists and tables.</summary>
    private const int TextSize = 32;
    private const int EntrySize = 512;

    /// <summary>Reads metadata and entries; entries come in the order of their data, which must be without gaps and overlaps.</summary>
    /// <param name="header">The JSON.</param>
    /// <param name="meter">Counts the memory that the result takes.</param>
    /// <exception cref="InvalidDataException">The header is not one of the format, contradicts itself, or would take much
    /// memory; the message is the end of a sentence.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">It has texts that are not UTF-8.</exception>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SafetensorsEntry> Entries) Parse(
        ReadOnlySpan<byte> header, MemoryMeter meter)
    {
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        var reader = new Utf8JsonReader(header, new() { MaxDepth = DeepestJson });
        reader.Read();
        Expect(reader, JsonTokenType.StartObject, "header");
        while (NextName(ref reader, meter) is { } name)
        {
            if (!names.Add(name))
            {
                throw Damaged($"'{name}' comes twice in its header");
            }

            meter.Take(EntrySize);
            Expect(reader, JsonTokenType.StartObject, name);
            if (name != MetadataKey)
            {
                entries.Add(ParseEntry(ref reader, name, meter));
                continue;
            }

            while (NextName(ref reader, meter) is { } key)
            {
                Expect(reader, JsonTokenType.String, key);
                meter.Take(EntrySize + (2L * reader.ValueSpan.Length));
                metadata[key] = reader.GetString()!;
            }
        }

        reader.Read(); // which finds what follows the end
        entries.Sort((a, b) => (a.Start, a.Length).CompareTo((b.Start, b.Length)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Start != end)
            {
                throw Damaged($"the data of tensor '{entry.Name}' begins at {entry.Start} where {end} was due");
            }

            end = checked(end + entry.Length);
        }

        return (metadata, entries);
    }

    /// <summary>Reads the next name of an object, and stands on its value; <see langword="null"/> at the object's end.</summary>
    private static string? NextName(ref Utf8JsonReader reader, MemoryMeter meter)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        meter.Take(TextSize + (2L * reader.ValueSpan.Length));
        var name = reader.GetString();
        reader.Read();
        return name;
    }

    private static SafetensorsEntry ParseEntry(ref Utf8JsonReader reader, string name, MemoryMeter meter)
    {
        string? typeName = null;
        long[]? shape = null, offsets = null;
        while (NextName(ref reader, meter) is { } key)
        {
            switch (key)
            {
                case "dtype" when reader.TokenType == JsonTokenType.String:
                    meter.Take(2L * reader.ValueSpan.Length);
                    typeName = reader.GetString();
                    break;
                case "shape":
                    shape = Numbers(ref reader, key, name);
                    break;
                case "data_offsets":
                    offsets = Numbers(ref reader, key, name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!SafetensorsTypes.TryParse(typeName, out var type))
        {
            throw Damaged($"tensor '{name}' has the element type '{typeName}', which is not supported");
        }

        if (shape is null)
        {
            throw Damaged($"tensor '{name}' has no valid 'shape'");
        }

        if (offsets is not [var start, var end] || end < start)
        {
            throw Damaged($"tensor '{name}' has no valid 'data_offsets'");
        }

        // LibTorch multiplies the sides on both sides of a 0, too. Int128 holds every product that the loop reaches before it is caught.
        Int128 extent = SafetensorsTypes.Size(type);
        for (var axis = 0; axis < shape.Length && extent <= long.MaxValue; axis++)
        {
            extent *= Math.Max(1, shape[axis]);
        }

        return extent <= long.MaxValue && (shape.Contains(0) ? 0 : extent) == end - start
            ? new(name, type, shape, start, end - start)
            : throw Damaged($"tensor '{name}' of {typeName} [{string.Join(", ", shape)}] has {end - start} bytes of data");
    }

    private static long[] Numbers(ref Utf8JsonReader reader, string key, string name)
    {
        Span<long> numbers = stackalloc long[MostSides];
        var count = 0;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (reader.Read(); reader.TokenType != JsonTokenType.EndArray && count < MostSides; reader.Read())
            {
                numbers[count++] = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= 0
                    ? number
                    : throw Damaged($"tensor '{name}' has something in '{key}' that is no length");
            }
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? numbers[..count].ToArray()
            : throw Damaged($"tensor '{name}' has no valid '{key}'");
    }

    private static void Expect(in Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
        {
            throw Damaged($"'{what}' in its header is not of the expected JSON type");
        }
    }

    private static InvalidDataException Damaged(string problem) => new($"{problem}; check that it is a whole safetensors file");
}
