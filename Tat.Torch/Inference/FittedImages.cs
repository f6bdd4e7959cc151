using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Inference;

/// <summary>Images on the grids on which a network sees them.</summary>
internal sealed class FittedImages
{
    private readonly IReadOnlyList<ImageSlice> _images;
    private readonly ImageSlice[] _fitted;

    /// <summary>Brings images to their grids.</summary>
    /// <param name="images">The images.</param>
    /// <param name="tasks">Their tasks, as the model knows them.</param>
    /// <param name="indices">Those to restore.</param>
    /// <param name="results">Takes the images that have nothing to restore.</param>
    public FittedImages(IReadOnlyList<ImageSlice> images, RestorationTask[] tasks, IEnumerable<int> indices, ImageSlice[] results)
    {
        _images = images;
        _fitted = new ImageSlice[images.Count];
        var restored = new List<int>();
        foreach (var i in indices)
        {
            if (NetworkGrid.Fit(images[i], tasks[i]) is { } fitted)
            {
                _fitted[i] = fitted;
                restored.Add(i);
            }
            else
            {
                results[i] = images[i];
            }
        }

        Indices = restored;
    }

    /// <summary>The images to restore.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>One of them, on its grid.</summary>
    public ImageSlice this[int index] => _fitted[index];

    /// <summary>Brings restored images back to the grids that they came with.</summary>
    public void PutBack(ImageSlice[] results)
    {
        foreach (var i in Indices)
        {
            results[i] = NetworkGrid.PutBack(results[i], _fitted[i], _images[i]);
        }
    }
}
