using System.Globalization;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;

namespace Tat.Torch.Baselines;

/// <summary>Convolution with a Gaussian; at the border, the part of it that lies inside the image.</summary>
public sealed record GaussianSmoothing : IImageFilter
{
    /// <summary>Standard deviation in pixels, above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public required double Sigma
    {
        get;
        init => field = OptionCheck.Positive(value, "filter");
    }

    /// <inheritdoc/>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Gaussian, σ {Sigma:G3}");

    /// <inheritdoc/>
    public ImageSlice Apply(ImageSlice image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (height, width) = (image.Height, image.Width);
        var ones = new float[image.Pixels.Length];
        Array.Fill(ones, 1);
        var weights = GaussianFilter.Blur(ones, height, width, Sigma);
        var blurred = GaussianFilter.Blur(image.Pixels, height, width, Sigma);
        for (var i = 0; i < blurred.Length; i++)
        {
            blurred[i] /= weights[i];
        }

        return new(blurred, height, width);
    }
}
