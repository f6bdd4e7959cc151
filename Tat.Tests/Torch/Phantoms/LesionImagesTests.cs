using Tat.Torch.Data;
using Tat.Torch.Phantoms;
using Tat.Torch.Tasks;

namespace Tat.Tests.Phantoms;

[TestClass]
public sealed class LesionImagesTests
{
    private static IEnumerable<RestorationTask> Tasks => [RestorationTask.Ct, RestorationTask.Pet, RestorationTask.Mri];

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void Lesions_are_small_lie_apart_from_edges_and_follow_from_the_seed(RestorationTask task)
    {
        var phantoms = new PhantomImages(task, 4, 1) { Sides = (128, 128) };
        var images = new LesionImages(phantoms, 1, 2);
        Assert.AreEqual((task, 4, phantoms.VolumeOf(1)), (images.Task, images.Count, images.VolumeOf(1)));
        var changed = 0;
        for (var index = 0; index < 4; index++)
        {
            var (plain, with) = (phantoms.Read(index, 5), images.Read(index, 5));
            CollectionAssert.AreEqual(with.Image.Pixels, images.Read(index, 5).Image.Pixels);
            Assert.AreEqual((plain.PixelSpacing, plain.Name), (with.PixelSpacing, with.Name));
            CollectionAssert.AreEqual(plain.Attenuation?.Pixels, with.Attenuation?.Pixels);
            var differences = plain.Image.Pixels.Zip(with.Image.Pixels, (before, after) => (Before: before, Added: after - before))
                .Where(pixel => pixel.Added != 0).ToArray();
            changed += differences.Length;
            Assert.IsLessThan(0.25 * plain.Image.Pixels.Length, differences.Length);
            Assert.IsTrue(Array.TrueForAll(differences, pixel => task.Name switch
            {
                // Lesions may lie on each other, so that two contrasts add up.
                "CT" => Math.Abs(pixel.Added) <= 160 && pixel.Before is > -300 and < 400,
                "PET" => pixel.Before + pixel.Added is > 0 and < 40,
                _ => pixel.Before + pixel.Added > 0,
            }));
        }

        Assert.IsGreaterThan(0, changed);
        CollectionAssert.AreNotEqual(images.Read(0, 5).Image.Pixels, new LesionImages(phantoms, 1, 3).Read(0, 5).Image.Pixels);
    }

    [TestMethod]
    public void A_share_of_the_images_has_lesions_and_training_data_with_them_is_other_data()
    {
        var phantoms = new PhantomImages(RestorationTask.Ct, 24, 1) { Sides = (64, 64) };
        int Changed(double share) => Enumerable.Range(0, 24).Count(index =>
            !phantoms.Read(index, 0).Image.Pixels.SequenceEqual(new LesionImages(phantoms, share, 2).Read(index, 0).Image.Pixels));
        Assert.AreEqual(0, Changed(0));
        Assert.IsTrue(Changed(0.5) is > 4 and < 20);
        IGoodImages plain = phantoms;
        Assert.AreNotEqual(plain.Fingerprint, new LesionImages(phantoms, 0.5, 2).Fingerprint);
        Assert.AreNotEqual(
            ((IGoodImages)new LesionImages(phantoms, 0.4, 2)).Fingerprint, new LesionImages(phantoms, 0.5, 2).Fingerprint);
    }
}
