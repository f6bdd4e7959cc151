using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Tat.Torch.Files;

/// <summary>
/// What a text of JSON leaves out is as in the defaults of its type. The serialiser does so by itself only where it may use reflection: in
/// code that is generated, init-only properties that are missing become zero.
/// </summary>
internal static class JsonDefaults
{
    /// <summary>Reads an object.</summary>
    /// <exception cref="JsonException">The text is no object of that type.</exception>
    public static T Read<T>(string text, T defaults, JsonTypeInfo<T> type)
    {
        var given = Parse(text, type);
        Complete(given, defaults, type);
        return given.Deserialize(type) ?? throw new JsonException("it is null.");
    }

    /// <summary>Reads an object that is still to be completed.</summary>
    /// <exception cref="JsonException">The text is no object, or names something twice.</exception>
    public static JsonObject Parse(string text, JsonTypeInfo type) =>
        JsonNode.Parse(text, documentOptions: new() { MaxDepth = type.Options.MaxDepth, AllowDuplicateProperties = false }) as JsonObject
            ?? throw new JsonException("it is no object.");

    /// <summary>Adds what is missing.</summary>
    public static void Complete<T>(JsonObject given, T defaults, JsonTypeInfo<T> type)
    {
        foreach (var (name, value) in JsonSerializer.SerializeToNode(defaults, type)!.AsObject())
        {
            if (!given.ContainsKey(name))
            {
                given[name] = value?.DeepClone();
            }
        }
    }
}
