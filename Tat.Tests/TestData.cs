namespace Tat.Tests;

/// <summary>Finds the public images; a test that needs them is inconclusive where they are absent.</summary>
internal static class TestData
{
    private static readonly string? _root = FindRoot();

    /// <summary>The path of a file or folder of the shared material, for example <c>data/nifti/ramp.nii</c>.</summary>
    public static string Path(string relative)
    {
        if (_root is null)
        {
            Needs.Missing(Needs.Data,
                $"'{relative}' is not here: set TAT_TEST_DATA to the folder that holds 'data', or put it beside the checkout as 'shared'.");
        }

        var path = System.IO.Path.Combine(_root!, relative);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            Needs.Missing(Needs.Data, $"'{relative}' is not in {_root}.");
        }

        return path;
    }

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("TAT_TEST_DATA") is { Length: > 0 } named)
        {
            var full = System.IO.Path.GetFullPath(named).TrimEnd(System.IO.Path.DirectorySeparatorChar);
            return Directory.Exists(System.IO.Path.Combine(full, "data")) ? full : System.IO.Path.GetDirectoryName(full);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Tat.sln")))
            {
                var shared = System.IO.Path.Combine(folder.Parent?.FullName ?? "", "shared");
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
