using Tat.Torch.Imaging;

namespace Tat.MLNet.Training;

/// <summary>Keeps image pairs for reading in any order, in an <see cref="ImageSpool"/>.</summary>
/// <remarks>Filled by one thread, then read by any.</remarks>
internal sealed class PairSpool(long memoryBytes, string temporaryFolder) : IDisposable
{
    private readonly ImageSpool _images = new(memoryBytes, temporaryFolder);
    private readonly List<string> _names = [];

    public int Count => _names.Count;

    public void Add(ImagePair pair)
    {
        _images.Add(pair.LowQuality);
        _images.Add(pair.HighQuality);
        _names.Add(pair.Name);
    }

    public ImagePair Read(int index) => new(_images.Read(2 * index), _images.Read((2 * index) + 1), _names[index]);

    public void Dispose() => _images.Dispose();
}
