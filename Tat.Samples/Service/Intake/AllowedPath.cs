using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Intake;

/// <summary>Paths on the service's own disks that callers may name.</summary>
internal static class AllowedPath
{
    /// <summary>A path, with all links followed.</summary>
    /// <exception cref="ServiceProblem">It is below none of the roots, or nothing is there; both sound alike, so that nobody learns what
    /// lies elsewhere.</exception>
    public static string Of(string path, IReadOnlyList<string> roots)
    {
        if (roots.Count == 0)
        {
            throw new ServiceProblem(StatusCodes.Status403Forbidden,
                "Paths are not allowed here; upload the files, or let the configuration name Roots.");
        }

        var real = Path.IsPathFullyQualified(path) && Path.Exists(path) ? Real(path) : null;
        return real is not null && roots.Any(root => real.StartsWith(
            Path.TrimEndingDirectorySeparator(Real(root)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                ? real
                : throw new ServiceProblem(StatusCodes.Status403Forbidden,
                    $"'{path}' is not the full path of anything below the folders that are allowed: {string.Join(", ", roots)}.");
    }

    /// <summary>A path in which no part is a link.</summary>
    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var here = Path.Combine(Real(parent), Path.GetFileName(full));
        FileSystemInfo info = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        return info.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(target.FullName) : here;
    }
}
