namespace Tat.Samples.Service.Images;

/// <summary>Images that can be read on this machine until this is disposed.</summary>
/// <param name="path">The file or folder.</param>
/// <param name="release">Is called once when nobody reads them any more.</param>
public sealed class ImagesHere(string path, Action? release = null) : IDisposable
{
    private Action? _release = release;

    public string Path { get; } = path;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
