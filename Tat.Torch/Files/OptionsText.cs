using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tat.Torch.Files;

/// <summary>Options as text by name: for model cards, and for telling which have changed.</summary>
internal static class OptionsText
{
    public static SortedDictionary<string, string> Describe<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T options)
        where T : notnull
    {
        var text = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in typeof(T).GetProperties()
            .Where(property => property.CanWrite && property.GetMethod is { IsStatic: false }))
        {
            text[property.Name] = Show(property.GetValue(options));
        }

        return text;
    }

    /// <summary>What two sets of options differ in, as in <c>Width is 16 there and 48 here</c>.</summary>
    public static string Differences<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        T first, T second, string nameOfFirst, string nameOfSecond)
        where T : notnull
    {
        var others = Describe(second);
        return string.Join(", ", Describe(first).Where(option => others[option.Key] != option.Value)
            .Select(option => $"{option.Key} is {option.Value} {nameOfFirst} and {others[option.Key]} {nameOfSecond}"));
    }

    /// <summary>The name of an option record, and all that it says.</summary>
    public static string ShowAll<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T options)
        where T : notnull =>
        $"{typeof(T).Name} {{ {string.Join(", ", Describe(options).Select(option => $"{option.Key} = {option.Value}"))} }}";

    public static string Show(object? value) => value switch
    {
        null => "none",
        string words => words,
        IEnumerable items => string.Join(", ", items.Cast<object>().Select(Show)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
