using System.Globalization;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Reads how scans are to be restored from the fields of a form.</summary>
internal static class FormChoices
{
    private const NumberStyles Numbers = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private static readonly string[] _known =
        ["model", "task", "strength", "factor", "ensemble", "localMeans", "uncertainty", "priority"];

    /// <summary>Whether there is such a field: one that is misspelt must not be passed over.</summary>
    /// <exception cref="ServiceProblem">There is none; the message lists those that there are.</exception>
    public static void Require(string? name)
    {
        if (!_known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            var message = $"There is no field '{name}'; use {string.Join(", ", _known)}, and 'files' and 'reference' for files.";
            throw new ServiceProblem(StatusCodes.Status400BadRequest, message) { Field = name };
        }
    }

    /// <exception cref="ServiceProblem">A field is no number or no flag, and must be one; the message names it.</exception>
    public static RestorationChoices Of(IReadOnlyDictionary<string, string> fields) => new()
    {
        Model = Text(fields, "model"),
        Task = Text(fields, "task"),
        Strength = Number(fields, "strength", "a number from 0 to 1"),
        Factor = Text(fields, "factor"),
        Ensemble = Flag(fields, "ensemble"),
        LocalMeans = Flag(fields, "localMeans"),
        Uncertainty = Flag(fields, "uncertainty"),
    };

    /// <summary>A field; <see langword="null"/> where it is not there, or empty.</summary>
    public static string? Text(IReadOnlyDictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    private static double? Number(IReadOnlyDictionary<string, string> fields, string name, string advice) =>
        Text(fields, name) is not { } text ? null
        : double.TryParse(text, Numbers, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(name, text, advice);

    private static bool? Flag(IReadOnlyDictionary<string, string> fields, string name) => Text(fields, name) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Wrong(name, text, "true or false");

    private static ServiceProblem Wrong(string name, string text, string advice) =>
        new(StatusCodes.Status400BadRequest, $"The field '{name}' is '{text}': use {advice}.") { Field = name };
}
