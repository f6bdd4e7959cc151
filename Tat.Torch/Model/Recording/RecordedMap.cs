using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>A map of one image, height × width × channels, or a vector, and its gradient as it comes together.</summary>
internal sealed unsafe class RecordedMap(int height, int width, int channels, float* values)
{
    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Channels { get; } = channels;

    public float* Values { get; } = values;

    public int Pixels => Height * Width;

    public nint Count => (nint)Pixels * Channels;

    /// <summary>The sum of the gradients that were given; complete when all that was made of the map has gone back.</summary>
    public float* Gradient { get; private set; }

    /// <summary>Adds a gradient. The first one is taken over, memory and all.</summary>
    public void Give(float* gradient)
    {
        if (Gradient == null)
        {
            Gradient = gradient;
        }
        else
        {
            PixelRows.Add(Gradient, gradient, Gradient, Count);
        }
    }
}
