using Tat.Torch.Metrics;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Phantoms;

[TestClass]
public sealed class PhantomLesionTests
{
    private static readonly (double Diameter, double Contrast)[] _kinds = [(6, -20), (15, -30), (10, -10)];

    [TestMethod]
    public void Regions_are_the_pixels_of_one_tissue()
    {
        var phantom = Phantom.Create(RestorationTask.Ct, Anatomy.Torso, 128, 3);
        var regions = phantom.CreateRegions();
        var tally = new RegionTally();
        tally.Add(phantom.Image, phantom.Image, regions);
        var found = tally.Regions.ToDictionary(region => Phantom.RegionNames[region.Label]);
        Assert.AreEqual(-1000, found["air"].Maximum, 1);
        Assert.AreEqual(-102, found["fat"].Mean, 20);
        Assert.AreEqual(55, found["muscle"].Mean, 25);
        Assert.IsGreaterThan(0.7, tally.Regions.Sum(region => region.Pixels) / (128.0 * 128));

        // Half of a pixel of 3 mm is another tissue where two meet: no label stands beside another.
        var shrunk = phantom.CreateRegions(phantom.PixelSpacing);
        for (var i = 128; i < 127 * 128; i++)
        {
            if (shrunk.Pixels[i] != 0)
            {
                Assert.AreEqual(regions.Pixels[i], shrunk.Pixels[i]);
                Assert.AreEqual((regions.Pixels[i], regions.Pixels[i]), (regions.Pixels[i - 128], regions.Pixels[i + 128]));
            }
        }

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => phantom.CreateRegions(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => phantom.CreateRegions(double.NaN));
    }

    [TestMethod]
    public void Lesions_lie_in_a_tissue_and_are_as_large_and_as_different_as_they_say()
    {
        var phantom = Phantom.Create(RestorationTask.Ct, Anatomy.Torso, 256, 3);
        var lesions = PhantomLesion.Place(phantom, _kinds, 1);
        CollectionAssert.AreEqual(lesions.ToArray(), PhantomLesion.Place(phantom, _kinds, 1).ToArray());
        CollectionAssert.AreEqual(new double[] { 15, 10, 6 }, lesions.Select(lesion => lesion.Diameter).ToArray());
        var (regions, image) = (phantom.CreateRegions(), PhantomLesion.Add(phantom, lesions));
        foreach (var lesion in lesions)
        {
            CollectionAssert.Contains(
                new[] { "liver", "spleen", "muscle" }, Phantom.RegionNames[(int)regions[lesion.Row, lesion.Column]]);

            // The texture of the tissue stays as it is; pixels at the edge are blended.
            Assert.AreEqual(lesion.Contrast,
                lesion.ContrastIn(image, phantom.PixelSpacing) - lesion.ContrastIn(phantom.Image, phantom.PixelSpacing),
                0.3 * Math.Abs(lesion.Contrast));
        }

        var area = Math.Pow(phantom.PixelSpacing, 2) * image.Pixels.Zip(phantom.Image.Pixels).Sum(pixel => pixel.First - pixel.Second);
        Assert.AreEqual(lesions.Sum(lesion => lesion.Contrast * Math.PI * Math.Pow(lesion.Diameter / 2, 2)), area, 0.03 * Math.Abs(area));
    }

    [TestMethod]
    public void Uptake_is_a_multiple_of_that_of_the_surroundings_and_what_has_no_room_is_left_out()
    {
        var phantom = Phantom.Create(RestorationTask.Pet, Anatomy.Torso, 168, 3);
        var lesions = PhantomLesion.Place(phantom, [(10, 4), (300, 2)], 1);
        Assert.HasCount(1, lesions);
        var image = PhantomLesion.Add(phantom, lesions);
        var at = (lesions[0].Row, lesions[0].Column);
        Assert.AreEqual(4, image[at.Row, at.Column] / phantom.Image[at.Row, at.Column], 0.5);
        Assert.AreEqual(image.Pixels.Where((value, i) => value != phantom.Image.Pixels[i]).Max(),
            lesions[0].MaximumIn(image, phantom.PixelSpacing));
    }
}
