using System.Text.Json;

namespace Tat.Samples.Service.Settings;

/// <summary>Words and numbers of requests.</summary>
internal static class RequestText
{
    private const int LargestPage = 500;

    /// <summary>How many items come before a page.</summary>
    /// <param name="skip">What the request says.</param>
    /// <param name="name">What the request calls it.</param>
    /// <exception cref="ServiceProblem">The number is negative.</exception>
    public static int Skip(int skip, string name = "skip") => skip >= 0 ? skip : throw Wrong($"{name} is 0 or more.", name);

    /// <summary>How many items a page has.</summary>
    /// <exception cref="ServiceProblem">They are none, or too many.</exception>
    public static int Take(int take) => take is > 0 and <= LargestPage ? take : throw Wrong($"take is 1 to {LargestPage}.", "take");

    /// <summary>How many items an answer has where a request may ask for more than it gets (PS3.18, section 8.3.4.4).</summary>
    /// <exception cref="ServiceProblem">They are none.</exception>
    public static int Limit(int limit, int most) => limit > 0 ? Math.Min(limit, most) : throw Wrong("limit is 1 or more.", "limit");

    /// <summary>The value that a word names, whatever its case; numbers name none.</summary>
    /// <param name="text">The word.</param>
    /// <param name="what">The field that has it.</param>
    /// <exception cref="ServiceProblem">It names none; the message lists those that there are.</exception>
    public static T ValueOf<T>(string text, string what)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => text.Equals($"{value}", StringComparison.OrdinalIgnoreCase))
            ?? throw Wrong($"The {what} is '{text}'; use {string.Join(", ", Enum.GetNames<T>()[..^1]).ToLowerInvariant()} or "
                + $"{Enum.GetNames<T>()[^1].ToLowerInvariant()}.", what);

    /// <summary>What is wrong with JSON that has another form than the request takes, or a field that there is not.</summary>
    public static ServiceProblem Refusal(JsonException problem)
    {
        var field = problem.Path is { Length: > 2 } path ? path[2..] : null;
        var message = "The JSON cannot be read" + (field is null ? "" : $" at '{field}'")
            + "; use the fields that /openapi/v1.json lists, each once, with numbers, true and false as such and not as texts.";
        return new(StatusCodes.Status400BadRequest, message) { Field = field };
    }

    private static ServiceProblem Wrong(string message, string field) => new(StatusCodes.Status400BadRequest, message) { Field = field };
}
