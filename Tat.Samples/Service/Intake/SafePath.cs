using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Paths that callers name, below a folder and nowhere else.</summary>
internal static class SafePath
{
    private const int LongestPart = 200, Deepest = 32;

    /// <summary>Where a file of a relative name goes.</summary>
    /// <exception cref="ServiceProblem">The name leads out of the folder, or cannot be that of a file on every system.</exception>
    public static string Below(string folder, string name)
    {
        string[] parts = name.Replace('\\', '/').Split('/');
        return parts.Length <= Deepest && Array.TrueForAll(parts, IsName)
            ? Path.Combine([folder, .. parts])
            : throw new ServiceProblem(StatusCodes.Status400BadRequest,
                $"A file is called '{name}', which is no relative path of at most {Deepest} parts; rename it.");
    }

    private static bool IsName(string part) => part is { Length: > 0 and <= LongestPart } and not ("." or "..")
        && part.AsSpan().IndexOfAny(":*?\"<>|\0") < 0 && !part.Any(char.IsControl) && !part.EndsWith('.') && part.Trim() == part;
}
