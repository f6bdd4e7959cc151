using Tat.Torch.Degradation.Tomography;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>A low-count PET image: fewer coincidences are kept and reconstructed like all of them.</summary>
/// <remarks>
/// Full counts y ~ Poisson(c · A · P(G∗x) + b) with projection P, photon survival A = e^(−∫µ), the scanner's point spread G, a scale c that
/// gives the total count and an even background b of scatter and randoms, which the reconstruction knows;
/// low counts z ~ Binomial(y, 1/reduction), which is what decimation of list-mode data does, exactly. Both are reconstructed by OSEM
/// (Hudson and Larkin, IEEE TMI 1994), scaled by c and c/reduction: the reference is the reconstruction of the full counts, because leaving
/// <c>x</c> as it is would add a difference in resolution to that in noise. Low and full counts of one scan are correlated, as in the
/// published data. Slices are axial: restack degraded axial slices for coronal ones.
/// </remarks>
public sealed class PetLowCount : IDegradation
{
    /// <inheritdoc/>
    public RestorationTask Task => RestorationTask.Pet;

    /// <summary>By what factor counts are reduced.</summary>
    /// <value>12, as published; above 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 1.</exception>
    public double Reduction
    {
        get;
        init => field = OptionCheck.Checked(
            value, value > 1 && double.IsFinite(value), "degradation", "use a number above 1, such as 12");
    } = 12;

    /// <summary>Expected full counts of a slice.</summary>
    /// <value>2·10⁵, which suits slices of 128 × 128.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public double Counts
    {
        get;
        init => field = OptionCheck.Positive(value, "degradation");
    } = 2e5;

    /// <summary>Scatter and randoms: their part of all counts, spread evenly over the bins.</summary>
    /// <value>0; in clinical whole-body scans about 0.3 to 0.5. From 0, below 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or 1 or more.</exception>
    public double BackgroundFraction
    {
        get;
        init => field = OptionCheck.Checked(value, value is >= 0 and < 1, "degradation", "use a number from 0 up to, not including, 1");
    }

    /// <summary>The scanner's resolution: full width at half maximum of its point spread in mm.</summary>
    /// <value>5; 0 for an ideal scanner.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double ResolutionWidth
    {
        get;
        init => field = OptionCheck.AtLeast(0, value, "degradation");
    } = 5;

    /// <summary>Full width at half maximum in mm of the Gaussian that smooths both reconstructions.</summary>
    /// <value>0: no smoothing.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double PostFilterWidth
    {
        get;
        init => field = OptionCheck.AtLeast(0, value, "degradation");
    }

    /// <summary>OSEM iterations.</summary>
    /// <value>2; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Iterations
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "degradation");
    } = 2;

    /// <summary>OSEM subsets; each has 15 views.</summary>
    /// <value>12; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Subsets
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "degradation");
    } = 12;

    /// <summary>
    /// Whether the reference is reconstructed from the expected counts, without noise: what a scan of any length would show. Otherwise it
    /// has the noise of the full counts, as in the published data.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool NoiselessReference { get; init; }

    /// <summary>Whether a scan is simulated by the calling thread alone, and leaves the other cores to others.</summary>
    internal bool OnOneCore { get; init; }

    /// <summary>Scans without attenuation.</summary>
    /// <inheritdoc cref="IDegradation.Degrade" path="/param"/>
    /// <inheritdoc cref="IDegradation.Degrade" path="/exception"/>
    /// <returns>The reconstructions of the low and of the full counts.</returns>
    public ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name) =>
        Degrade(image, null, pixelSpacing, seed, name);

    /// <summary>Scans an attenuating object.</summary>
    /// <param name="image">Activity concentration, as SUV; negative values count as 0.</param>
    /// <param name="attenuation">Attenuation at 511 keV per mm, of the size of <paramref name="image"/>: 0.0096 for water;
    /// <see langword="null"/> for none.</param>
    /// <param name="pixelSpacing">Side of a (square) pixel in mm.</param>
    /// <param name="seed">What the counts are drawn from.</param>
    /// <param name="name">What to call the pair.</param>
    /// <returns>The reconstructions of the low and of the full counts.</returns>
    /// <exception cref="ArgumentException">A pixel is NaN or infinite, or the images differ in size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pixel spacing is not a positive number.</exception>
    public ImagePair Degrade(ImageSlice image, ImageSlice? attenuation, double pixelSpacing, ulong seed, string name)
    {
        DegradationInput.Check(image, pixelSpacing);
        if (attenuation is not null)
        {
            DegradationInput.Check(attenuation, pixelSpacing);
            if (attenuation.Height != image.Height || attenuation.Width != image.Width)
            {
                throw new ArgumentException(
                    $"The attenuation map is {attenuation.Height} × {attenuation.Width} and the image {image.Height} × {image.Width}; they "
                    + "must have the same size.", nameof(attenuation));
            }
        }

        var (height, width) = (image.Height, image.Width);
        const int ViewsPerSubset = 15;
        var beam = new ParallelBeam(height, width, pixelSpacing, ViewsPerSubset * Subsets, OnOneCore);
        var survival = Survival(beam, attenuation);
        var expected = ExpectedCounts(beam, image, survival, pixelSpacing);
        var total = expected.Sum(value => (double)value);
        if (total <= 0)
        {
            var nothing = new ImageSlice(new float[height * width], height, width);
            return new(nothing, nothing, name);
        }

        var scale = Counts * (1 - BackgroundFraction) / total;
        var background = Counts * BackgroundFraction / expected.Length;
        var (full, low) = Count(beam, expected, scale, background, seed);
        var reconstruction = new OrderedSubsets(beam, height * width, survival, Subsets);
        ImageSlice Reconstruct(float[] counts, double keptFraction)
        {
            var activity = reconstruction.Reconstruct(counts, (float)(background * keptFraction), Iterations);
            var perActivity = scale * keptFraction;
            for (var i = 0; i < activity.Length; i++)
            {
                activity[i] = (float)(activity[i] / perActivity);
            }

            return new(GaussianFilter.Blur(activity, height, width, PostFilterWidth / GaussianFilter.WidthPerSigma / pixelSpacing), height,
                width);
        }

        return new(Reconstruct(low, 1 / Reduction), Reconstruct(full, 1), name);
    }

    private static float[] Survival(ParallelBeam beam, ImageSlice? attenuation)
    {
        var survival = new float[beam.AllViews.Length * beam.Bins];
        if (attenuation is not null)
        {
            beam.Project(attenuation.Pixels, survival, beam.AllViews);
        }

        for (var i = 0; i < survival.Length; i++)
        {
            survival[i] = MathF.Exp(-survival[i]);
        }

        return survival;
    }

    private float[] ExpectedCounts(ParallelBeam beam, ImageSlice image, float[] survival, double pixelSpacing)
    {
        float[] activity = [.. image.Pixels.Select(value => Math.Max(0, value))];
        var seen = GaussianFilter.Blur(activity, image.Height, image.Width, ResolutionWidth / GaussianFilter.WidthPerSigma / pixelSpacing);
        var expected = new float[survival.Length];
        beam.Project(seen, expected, beam.AllViews);
        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] *= survival[i];
        }

        return expected;
    }

    private (float[] Full, float[] Low) Count(ParallelBeam beam, float[] expected, double scale, double background, ulong seed)
    {
        var (full, low) = (new float[expected.Length], new float[expected.Length]);
        foreach (var view in beam.AllViews)
        {
            var random = new RandomStream(seed, view);
            for (var i = view * beam.Bins; i < (view + 1) * beam.Bins; i++)
            {
                var mean = (expected[i] * scale) + background;
                var counts = random.NextPoisson(mean);
                full[i] = NoiselessReference ? (float)mean : counts;
                low[i] = random.NextBinomial(counts, 1 / Reduction);
            }
        }

        return (full, low);
    }
}
