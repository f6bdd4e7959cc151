namespace Tat.Torch.Files.Writing;

/// <summary>
/// A folder among the temporary files, of this user alone, for what something needs while it runs. What a killed process has left there
/// goes when the next one makes such a folder.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly Staging _staging;

    /// <summary>Makes the folder.</summary>
    /// <exception cref="IOException">The folder for temporary files cannot be written; the message names it.</exception>
    public WorkFolder()
    {
        var folder = System.IO.Path.GetTempPath();
        try
        {
            _staging = new(folder);
            Directory.CreateDirectory(Path = _staging.Add("work"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw PrivateFile.Unwritable(folder, problem);
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Removes the folder with all that is in it.</summary>
    public void Dispose() => _staging.Dispose();
}
