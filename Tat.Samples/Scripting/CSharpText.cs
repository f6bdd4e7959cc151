using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using TorchSharp;

namespace Tat.Samples.Scripting;

/// <summary>Options as the C# code that makes them.</summary>
internal static class CSharpText
{
    /// <summary>An object initializer that names every option which has a value, a line for each.</summary>
    /// <param name="options">The options.</param>
    /// <param name="indentation">Spaces before the braces.</param>
    public static string Initializer(object options, int indentation)
    {
        var spaces = new string(' ', indentation);
        var lines = options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .Select(property => (property.Name, Value: property.GetValue(options)))
            .Where(option => option.Value is not (null or ICollection { Count: 0 }))
            .Select(option => $"{spaces}    {option.Name} = {Literal(option.Value!)},\n");
        return $"new {options.GetType().Name}\n{spaces}{{\n{string.Concat(lines)}{spaces}}}";
    }

    /// <summary>A value as code.</summary>
    /// <exception cref="NotSupportedException">Options have no values of that type.</exception>
    public static string Literal(object value) => value switch
    {
        // Escapes of JSON are escapes of C#.
        string text => JsonSerializer.Serialize(text),
        bool flag => flag ? "true" : "false",
        Enum => $"{value.GetType().Name}.{value}",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        int or long or ulong => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"TimeSpan.FromTicks({time.Ticks})"),
        torch.Device device => $"TorchSharp.torch.device({Literal(device.ToString())})",
        IEnumerable<KeyValuePair<string, double>> table =>
            $"new Dictionary<string, double> {{ "
            + $"{string.Join(", ", table.Select(item => $"[{Literal(item.Key)}] = {Literal(item.Value)}"))} }}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Literal))}]",
        _ when value.GetType().GetConstructors() is [var constructor, ..]
            && value.GetType().Namespace?.StartsWith("Tat.", StringComparison.Ordinal) == true =>
            $"new {value.GetType().Name}({string.Join(", ", Arguments(value, constructor))})",
        _ => throw new NotSupportedException($"Values of {value.GetType()} cannot be written as code."),
    };

    private static IEnumerable<string> Arguments(object value, ConstructorInfo constructor) =>
        constructor.GetParameters().Select(parameter => Literal(value.GetType().GetProperty(parameter.Name!)!.GetValue(value)!));
}
