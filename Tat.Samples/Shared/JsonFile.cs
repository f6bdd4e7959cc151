using System.Text.Json;
using System.Text.Json.Serialization;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Files.Writing;
using TorchSharp;

namespace Tat.Samples.Shared;

/// <summary>Files of options in JSON, whose errors name the line and the property.</summary>
internal static class JsonFile
{
    /// <summary>
    /// How options are written: indented, enumerations by name; comments and trailing commas are read over, and unknown properties refused.
    /// </summary>
    /// <param name="naming">How properties are called; <see langword="null"/> as in the code.</param>
    public static JsonSerializerOptions Options(JsonNamingPolicy? naming) => new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = naming,
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(), new DeviceConverter() },
    };

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="validate">Checks what was read; an <see cref="ArgumentException"/> names the property that is wrong.</param>
    /// <exception cref="InvalidDataException">The file cannot be understood; the message names the line and the property.</exception>
    public static T Read<T>(string path, JsonSerializerOptions options, Action<T> validate) =>
        Parse(RegularFile.ReadAllText(path), path, options, validate);

    /// <summary>Reads the text of a file, as <see cref="Read"/> does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="validate">Checks what was read.</param>
    /// <exception cref="InvalidDataException">The text cannot be understood; the message names the line and the property.</exception>
    public static T Parse<T>(string text, string path, JsonSerializerOptions options, Action<T> validate)
    {
        try
        {
            var value = JsonSerializer.Deserialize<T>(text, options) ?? throw new JsonException("it is empty.");
            validate(value);
            return value;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException(
                $"'{path}', line {problem.LineNumber + 1 ?? 1}, property {problem.Path ?? "$"}: {problem.Message.Split(" Path: ")[0]}",
                problem);
        }
        catch (ArgumentException problem)
        {
            var line = text.Split('\n').TakeWhile(line => !line.Contains($"\"{problem.ParamName}\"", StringComparison.OrdinalIgnoreCase))
                .Count() + 1;
            throw new InvalidDataException($"'{path}', line {line}: {FailureText.Of(problem)}", problem);
        }
    }

    /// <summary>What writes a file.</summary>
    public static Action<Stream> Text<T>(T value, JsonSerializerOptions options) =>
        AtomicFile.Text(JsonSerializer.Serialize(value, options) + "\n");

    private sealed class DeviceConverter : JsonConverter<torch.Device>
    {
        public override torch.Device Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            torch.device(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, torch.Device value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
