using Tat.Torch.Degradation.Tomography;

namespace Tat.Tests.Degradation;

[TestClass]
public sealed class ParallelBeamTests
{
    [TestMethod]
    [DataRow(32, 32, 24)]
    [DataRow(17, 40, 31)]
    [DataRow(41, 16, 30)]
    [DataRow(1, 1, 5)]
    [DataRow(160, 144, 90)]
    public void The_adjoint_is_exact(int height, int width, int views)
    {
        var beam = new ParallelBeam(height, width, 1.7, views);
        var (image, sinogram) = (Random(height * width, 1), Random(views * beam.Bins, 2));
        var (projected, spread) = (new float[sinogram.Length], new float[image.Length]);
        beam.Project(image, projected, beam.AllViews);
        beam.ProjectAdjoint(sinogram, spread, beam.AllViews);
        var (left, right) = (Dot(projected, sinogram), Dot(image, spread));
        Assert.AreEqual(left, right, 1e-6 * Math.Sqrt(Dot(projected, projected) * Dot(sinogram, sinogram)));
    }

    [TestMethod]
    public void Each_view_keeps_the_integral_of_the_image()
    {
        var beam = new ParallelBeam(20, 30, 2, 16);
        var image = Random(600, 3);
        var sinogram = new float[16 * beam.Bins];
        beam.Project(image, sinogram, beam.AllViews);
        var expected = image.Sum(value => (double)value) * 2 * 2;
        foreach (var view in beam.AllViews)
        {
            Assert.AreEqual(expected, sinogram.AsSpan(view * beam.Bins, beam.Bins).ToArray()
                .Sum(value => (double)value) * beam.BinSpacing(view), 1e-3, $"view {view}");
        }
    }

    [TestMethod]
    public void A_disc_projects_to_its_chords()
    {
        const double Radius = 30;
        var beam = new ParallelBeam(128, 128, 0.5, 36);
        var image = Disc(128, Radius, 0.5);
        var sinogram = new float[36 * beam.Bins];
        beam.Project(image, sinogram, beam.AllViews);
        foreach (var view in beam.AllViews)
        {
            for (var bin = 0; bin < beam.Bins; bin++)
            {
                var s = (bin - ((beam.Bins - 1) / 2.0)) * beam.BinSpacing(view);
                var chord = Math.Abs(s) < Radius - 2 ? 2 * Math.Sqrt((Radius * Radius) - (s * s)) : double.NaN;
                if (!double.IsNaN(chord))
                {
                    Assert.AreEqual(chord, sinogram[(view * beam.Bins) + bin], 0.6);
                }
            }
        }
    }

    [TestMethod]
    public void Filtered_back_projection_gives_the_disc_back()
    {
        var beam = new ParallelBeam(128, 128, 0.5, 180);
        var image = Disc(128, 20, 0.5);
        var sinogram = new float[180 * beam.Bins];
        beam.Project(image, sinogram, beam.AllViews);
        var reconstruction = new float[image.Length];
        new FilteredBackProjection(beam, 0.5).Reconstruct(sinogram, reconstruction);
        for (var i = 0; i < image.Length; i++)
        {
            var radius = 0.5 * Math.Sqrt(Math.Pow((i / 128) - 63.5, 2) + Math.Pow((i % 128) - 63.5, 2));
            if (radius is < 18 or (> 22 and < 31))
            {
                Assert.AreEqual(radius < 20 ? 1 : 0, reconstruction[i], 0.03, $"at {radius} mm");
            }
        }
    }

    [TestMethod]
    public void Osem_gives_a_disc_back_from_noiseless_counts()
    {
        var beam = new ParallelBeam(64, 64, 2, 60);
        var image = Disc(64, 30, 2);
        var counts = new float[60 * beam.Bins];
        beam.Project(image, counts, beam.AllViews);
        var survival = new float[counts.Length];
        Array.Fill(survival, 1);
        var reconstruction = new OrderedSubsets(beam, image.Length, survival, 12).Reconstruct(counts, 0, 4);
        var (inside, error) = (0, 0.0);
        for (var i = 0; i < image.Length; i++)
        {
            var radius = 2 * Math.Sqrt(Math.Pow((i / 64) - 31.5, 2) + Math.Pow((i % 64) - 31.5, 2));
            if (radius < 24)
            {
                (inside, error) = (inside + 1, error + Math.Abs(reconstruction[i] - 1));
            }
        }

        Assert.IsLessThan(0.03, error / inside);
    }

    private static float[] Disc(int size, double radius, double spacing) => [.. Enumerable.Range(0, size * size).Select(i =>
    {
        // Sixteen samples a pixel: partial volume at the edge.
        var inside = 0;
        for (var sub = 0; sub < 16; sub++)
        {
            var y = ((i / size) - ((size - 1) / 2.0) + ((((sub / 4) + 0.5) / 4) - 0.5)) * spacing;
            var x = ((i % size) - ((size - 1) / 2.0) + ((((sub % 4) + 0.5) / 4) - 0.5)) * spacing;
            inside += (x * x) + (y * y) < radius * radius ? 1 : 0;
        }

        return inside / 16f;
    })];

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.3f)];
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
