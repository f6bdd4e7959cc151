namespace Tat.Torch.Degradation.Tomography;

/// <summary>Reconstruction of emission data by OSEM: ordered subsets expectation maximisation (Hudson and Larkin, IEEE TMI 1994).</summary>
internal sealed class OrderedSubsets
{
    private readonly ParallelBeam _beam;
    private readonly float[] _survival;
    private readonly int[][] _subsets;
    private readonly float[][] _sensitivities;
    private readonly int _pixels;

    /// <summary>Prepares the subsets.</summary>
    /// <param name="beam">The projector; its views are a multiple of <paramref name="subsets"/>.</param>
    /// <param name="pixels">Number of pixels of an image.</param>
    /// <param name="survival">Views × bins: the fraction of photon pairs that attenuation leaves.</param>
    /// <param name="subsets">Number of subsets.</param>
    public OrderedSubsets(ParallelBeam beam, int pixels, float[] survival, int subsets)
    {
        (_beam, _pixels, _survival) = (beam, pixels, survival);
        var stride = Stride(subsets);
        _subsets = [.. Enumerable.Range(0, subsets)
            .Select(i => beam.AllViews.Where(view => view % subsets == i * stride % subsets).ToArray())];
        _sensitivities = [.. _subsets.Select(views =>
        {
            var sensitivity = new float[pixels];
            beam.ProjectAdjoint(survival, sensitivity, views);
            return sensitivity;
        })];
    }

    /// <summary>Reconstructs.</summary>
    /// <param name="counts">Views × bins of measured counts.</param>
    /// <param name="background">Expected counts per bin that are no true coincidences.</param>
    /// <param name="iterations">Passes over all subsets.</param>
    /// <returns>Rows × columns; its projection times the survival resembles the counts less the background.</returns>
    public float[] Reconstruct(float[] counts, float background, int iterations)
    {
        var image = new float[_pixels];
        Array.Fill(image, 1);
        var (ratios, update) = (new float[counts.Length], new float[_pixels]);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            for (var subset = 0; subset < _subsets.Length; subset++)
            {
                Compare(image, counts, background, ratios, _subsets[subset]);
                _beam.ProjectAdjoint(ratios, update, _subsets[subset]);
                var sensitivity = _sensitivities[subset];
                for (var i = 0; i < image.Length; i++)
                {
                    image[i] *= sensitivity[i] > 0 ? update[i] / sensitivity[i] : 0;
                }
            }
        }

        return image;
    }

    /// <summary>Measured over expected counts, times the survival, as the adjoint takes them.</summary>
    private void Compare(float[] image, float[] counts, float background, float[] ratios, int[] views)
    {
        _beam.Project(image, ratios, views);
        foreach (var view in views)
        {
            for (var i = view * _beam.Bins; i < (view + 1) * _beam.Bins; i++)
            {
                var expected = (_survival[i] * ratios[i]) + background;
                ratios[i] = expected > 0 ? _survival[i] * counts[i] / expected : 0;
            }
        }
    }

    /// <summary>
    /// A step through the subsets that takes each once and keeps successive ones apart in angle, which speeds convergence.
    /// </summary>
    private static int Stride(int subsets)
    {
        var stride = Math.Max(1, (int)Math.Round(subsets * 0.382));
        while (System.Numerics.BigInteger.GreatestCommonDivisor(stride, subsets) != 1)
        {
            stride++;
        }

        return stride;
    }
}
