namespace Tat.Tests;

/// <summary>Finds the source files; a test that reads them is inconclusive where only the built program is.</summary>
internal static class SourceTree
{
    private static readonly string? _root = FindRoot();

    /// <summary>The folder of Tat.sln.</summary>
    public static string Root
    {
        get
        {
            if (_root is null)
            {
                Needs.Missing(Needs.Source, "The source tree is not above the folder of the test program.");
            }
            return _root!;
        }
    }

    private static string? FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tat.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName;
    }
}
