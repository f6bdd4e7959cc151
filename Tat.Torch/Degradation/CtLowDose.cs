using Tat.Torch.Degradation.Tomography;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Degradation;

/// <summary>A low-dose CT image: fewer X-ray photons, so more quantum and electronic noise, streaks included.</summary>
/// <remarks>
/// <para><see cref="Degrade"/> inserts noise into a good image (Zeng et al., IEEE TNS 2015; Yu et al., JCAT 2012): with line integrals p of
/// the image, dose fraction a, incident photons N0 and electronic noise variance σe², zero-mean Gaussian noise of variance (1−a)/a · e^p/N0
/// · [1 + (1+a)/a · σe²·e^p/N0] is made in the sinogram, reconstructed alone by filtered back-projection and added, so that texture and
/// resolution of the good image stay as they are.</para>
/// <para><see cref="Acquire"/> simulates the scan of an object whose true attenuation is known, a phantom: p_ld =
/// −ln(max(Poisson(a·N0·e^−p) + N(0, σe²), 1) / (a·N0)), reconstructed at low dose and, for the reference, without noise.</para>
/// Attenuation is µ = 0.0192/mm · (1 + HU/1000), not below 0. N0 counts the photons of a detector bin as wide as a pixel at full dose.
/// </remarks>
public sealed class CtLowDose : IDegradation
{
    /// <summary>Attenuation of water per mm at about 70 keV.</summary>
    internal const double WaterAttenuation = 0.0192;

    /// <summary>Values below this are padding outside the field of view, not attenuation.</summary>
    internal const float LowestHounsfield = -1024;

    /// <inheritdoc/>
    public RestorationTask Task => RestorationTask.Ct;

    /// <summary>The low dose as a fraction of the full one.</summary>
    /// <value>0.25, as published; above 0, below 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    public double DoseFraction
    {
        get;
        init => field = OptionCheck.Checked(
            value, value is > 0 and < 1, "degradation", "use a number above 0 and below 1, such as 0.25");
    } = 0.25;

    /// <summary>Photons that enter each detector bin at full dose.</summary>
    /// <value>5·10⁴, which matches thin slices (about 1 mm); 2·10⁵ resembles slices of 3 mm.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive number.</exception>
    public double IncidentPhotons
    {
        get;
        init => field = OptionCheck.Positive(value, "degradation");
    } = 5e4;

    /// <summary>Variance of the electronic noise, in photons².</summary>
    /// <value>10; at least 0.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double ElectronicNoiseVariance
    {
        get;
        init => field = OptionCheck.AtLeast(0, value, "degradation");
    } = 10;

    /// <summary>Views over half a turn.</summary>
    /// <value>720; at least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Views
    {
        get;
        init => field = OptionCheck.AtLeast(1, value, "degradation");
    } = 720;

    /// <summary>Whether a scan is simulated by the calling thread alone, and leaves the other cores to others.</summary>
    internal bool OnOneCore { get; init; }

    /// <summary>Inserts the noise of the low dose into a good image; the reference is <paramref name="image"/> itself.</summary>
    /// <remarks>Pixels below −1024 HU are padding outside the field of view and stay as they are.</remarks>
    /// <inheritdoc cref="IDegradation.Degrade" path="/param"/>
    /// <inheritdoc cref="IDegradation.Degrade" path="/exception"/>
    public ImagePair Degrade(ImageSlice image, double pixelSpacing, ulong seed, string name)
    {
        DegradationInput.Check(image, pixelSpacing);
        var scan = new Scan(image, pixelSpacing, Views, OnOneCore);
        var sinogram = scan.LineIntegrals();
        scan.ForEachView(view => ReplaceByNoise(scan.View(sinogram, view), scan.Photons(IncidentPhotons, view), new(seed, view)));
        var noise = scan.Reconstruct(sinogram);
        var pixels = new float[noise.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            var good = image.Pixels[i];
            pixels[i] = good < LowestHounsfield ? good : good + (float)(1000 / WaterAttenuation * noise[i]);
        }

        return new(new(pixels, image.Height, image.Width), image, name);
    }

    /// <summary>
    /// Scans an object at low dose, and without noise for the reference: both are reconstructed alike, so they differ in noise only and not
    /// in resolution.
    /// </summary>
    /// <inheritdoc cref="IDegradation.Degrade" path="/param"/>
    /// <inheritdoc cref="IDegradation.Degrade" path="/exception"/>
    /// <returns>Both reconstructions, in HU.</returns>
    public ImagePair Acquire(ImageSlice image, double pixelSpacing, ulong seed, string name)
    {
        DegradationInput.Check(image, pixelSpacing);
        var scan = new Scan(image, pixelSpacing, Views, OnOneCore);
        var full = scan.LineIntegrals();
        var low = (float[])full.Clone();
        scan.ForEachView(view => Measure(scan.View(low, view), scan.Photons(IncidentPhotons * DoseFraction, view), new(seed, view)));
        return new(ToHounsfield(scan.Reconstruct(low), image), ToHounsfield(scan.Reconstruct(full), image), name);
    }

    private void ReplaceByNoise(Span<float> line, double photons, RandomStream random)
    {
        var normals = new double[line.Length];
        random.FillNormal(normals);
        var a = DoseFraction;
        for (var i = 0; i < line.Length; i++)
        {
            var inverse = Math.Exp(line[i]) / photons;
            var variance = (1 - a) / a * inverse * (1 + ((1 + a) / a * ElectronicNoiseVariance * inverse));
            line[i] = (float)(Math.Sqrt(variance) * normals[i]);
        }
    }

    private void Measure(Span<float> line, double photons, RandomStream random)
    {
        var deviation = Math.Sqrt(ElectronicNoiseVariance);
        foreach (ref var bin in line)
        {
            var detected = random.NextPoisson(photons * Math.Exp(-bin)) + (deviation * random.NextNormal());
            bin = (float)-Math.Log(Math.Max(detected, 1) / photons);
        }
    }

    private static ImageSlice ToHounsfield(float[] attenuation, ImageSlice like) =>
        new([.. attenuation.Select(mu => (float)(1000 * ((mu / WaterAttenuation) - 1)))], like.Height, like.Width);

    /// <summary>The geometry of one scan.</summary>
    private sealed class Scan(ImageSlice image, double pixelSpacing, int views, bool onOneCore)
    {
        private readonly ParallelBeam _beam = new(image.Height, image.Width, pixelSpacing, views, onOneCore);

        /// <summary>Views × bins line integrals of the attenuation.</summary>
        public float[] LineIntegrals()
        {
            float[] attenuation = [.. image.Pixels.Select(hounsfield => (float)(WaterAttenuation * Math.Max(0, 1 + (hounsfield / 1000))))];
            var sinogram = new float[views * _beam.Bins];
            _beam.Project(attenuation, sinogram, _beam.AllViews);
            return sinogram;
        }

        public void ForEachView(Action<int> body) => _beam.ForEach(views, body);

        public Span<float> View(float[] sinogram, int view) => sinogram.AsSpan(view * _beam.Bins, _beam.Bins);

        /// <summary>Photons per bin: a bin receives in proportion to its width.</summary>
        public double Photons(double perPixelWidth, int view) => perPixelWidth * _beam.BinSpacing(view) / pixelSpacing;

        public float[] Reconstruct(float[] sinogram)
        {
            var reconstruction = new float[image.Pixels.Length];
            new FilteredBackProjection(_beam, pixelSpacing).Reconstruct(sinogram, reconstruction);
            return reconstruction;
        }
    }
}
