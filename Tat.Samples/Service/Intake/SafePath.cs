using System.Text;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Paths that callers name, below a folder and nowhere else.</summary>
internal static class SafePath
{
    private const int LongestPart = 200, LongestPath = 1000;

    /// <summary>Where a file of a relative name goes.</summary>
    /// <exception cref="ServiceProblem">The name leads out of the folder, or cannot be that of a file on every system.</exception>
    public static string Below(string folder, string name)
    {
        string[] parts = name.Replace('\\', '/').Split('/');
        return Encoding.UTF8.GetByteCount(name) <= LongestPath && Array.TrueForAll(parts, IsName)
            ? Path.Combine([folder, .. parts])
            : throw new ServiceProblem(StatusCodes.Status400BadRequest,
                $"A file is called '{name}', which is no relative path of at most {LongestPath} bytes, each name at most {LongestPart}; "
                + "rename it.");
    }

    private static bool IsName(string part) => part is not ("" or "." or "..") && Encoding.UTF8.GetByteCount(part) <= LongestPart
        && part.AsSpan().IndexOfAny(":*?\"<>|\0") < 0 && !part.Any(char.IsControl) && !part.EndsWith('.') && part.Trim() == part;
}
