using Tat.Torch.Imaging;

namespace Tat.Torch.Baselines;

/// <summary>A classical filter: what a trained model has to surpass.</summary>
/// <remarks>Implementations are immutable, safe for concurrent use, and give the same result for the same image.</remarks>
public interface IImageFilter
{
    /// <summary>What tables call it, strength included.</summary>
    string Name { get; }

    /// <summary>Filters an image.</summary>
    /// <param name="image">The image, in any unit; its values are finite.</param>
    /// <returns>An image of the same size and unit.</returns>
    ImageSlice Apply(ImageSlice image);
}
