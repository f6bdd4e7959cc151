namespace Tat.Torch.Metrics;

/// <summary>Measurements of an image and its reference in a region, over all slices of a scan.</summary>
/// <param name="Label">The number of the region in the mask.</param>
/// <param name="Pixels">How many pixels it has; those in which the image or the reference is not finite are left out.</param>
/// <param name="LargestSection">How many of them lie in the slice that shows most of it.</param>
/// <param name="Mean">The mean of the image, in its unit.</param>
/// <param name="ReferenceMean">The mean of the reference.</param>
/// <param name="Maximum">The highest value of the image: for PET, SUVmax.</param>
/// <param name="ReferenceMaximum">The highest value of the reference.</param>
public readonly record struct RegionScore(
    int Label, long Pixels, long LargestSection, double Mean, double ReferenceMean, double Maximum, double ReferenceMaximum)
{
    /// <summary>By how much the mean of the image is above that of the reference, in their unit.</summary>
    public double Bias => Mean - ReferenceMean;

    /// <summary>The same as a share of the reference's mean; NaN where that is not above 0.</summary>
    public double RelativeBias => ReferenceMean > 0 ? Bias / ReferenceMean : double.NaN;

    /// <summary>The same of the maximum, as a share of the reference's; NaN where that is not above 0.</summary>
    public double RelativeMaximumBias => ReferenceMaximum > 0 ? (Maximum - ReferenceMaximum) / ReferenceMaximum : double.NaN;

    /// <summary>The diameter of a circle as large as the largest section, in mm.</summary>
    /// <param name="pixelSpacing">Side of a pixel in mm.</param>
    public double DiameterOf(double pixelSpacing) => 2 * pixelSpacing * Math.Sqrt(LargestSection / Math.PI);
}
