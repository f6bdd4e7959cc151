namespace Tat.MLNet.Formats.Contracts;

/// <summary>A file that is written beside its destination and moved there when it is complete, so that nobody ever sees half of it.</summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _destination;
    private readonly string _temporary;
    private bool _committed;

    public PendingFile(string destination)
    {
        _destination = System.IO.Path.GetFullPath(destination);
        var folder = System.IO.Path.GetDirectoryName(_destination)!;
        Directory.CreateDirectory(folder);
        _temporary = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(_destination)}.{Guid.NewGuid():N}.tmp");
        Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
    }

    /// <summary>Takes the content; seekable.</summary>
    public FileStream Stream { get; }

    /// <summary>Ends writing and moves the file to its destination, replacing what is there.</summary>
    public void Commit()
    {
        Stream.Dispose();
        File.Move(_temporary, _destination, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
        {
            File.Delete(_temporary);
        }
    }
}
