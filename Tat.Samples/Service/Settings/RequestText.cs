namespace Tat.Samples.Service.Settings;

/// <summary>Words and numbers of requests.</summary>
internal static class RequestText
{
    private const int LargestPage = 500;

    /// <summary>How many items come before a page.</summary>
    /// <exception cref="ServiceProblem">The number is negative.</exception>
    public static int Skip(int skip) => skip >= 0 ? skip : throw Wrong("skip is 0 or more.", "skip");

    /// <summary>How many items a page has.</summary>
    /// <exception cref="ServiceProblem">They are none, or too many.</exception>
    public static int Take(int take) => take is > 0 and <= LargestPage ? take : throw Wrong($"take is 1 to {LargestPage}.", "take");

    /// <summary>The value that a word names, whatever its case; numbers name none.</summary>
    /// <param name="text">The word.</param>
    /// <param name="what">The field that has it.</param>
    /// <exception cref="ServiceProblem">It names none; the message lists those that there are.</exception>
    public static T ValueOf<T>(string text, string what)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => text.Equals($"{value}", StringComparison.OrdinalIgnoreCase))
            ?? throw Wrong($"The {what} is '{text}'; use {string.Join(", ", Enum.GetNames<T>()[..^1]).ToLowerInvariant()} or "
                + $"{Enum.GetNames<T>()[^1].ToLowerInvariant()}.", what);

    private static ServiceProblem Wrong(string message, string field) => new(StatusCodes.Status400BadRequest, message) { Field = field };
}
