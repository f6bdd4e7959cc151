namespace Tat.Torch.Files.Writing;

/// <summary>
/// A folder among the temporary files, of this user alone, for what something needs while it runs. What a killed process has left there
/// goes when the next one makes such a folder.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly Staging _staging = new(System.IO.Path.GetTempPath());

    /// <summary>Makes the folder.</summary>
    /// <exception cref="IOException">The folder for temporary files cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public WorkFolder() => Directory.CreateDirectory(Path = _staging.Add("work"));

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Removes the folder with all that is in it.</summary>
    public void Dispose() => _staging.Dispose();
}
