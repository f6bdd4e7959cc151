using Tat.Torch.Imaging;
using Tat.Torch.Randomness;

namespace Tat.Torch.Phantoms;

/// <summary>A round lesion in the liver, the spleen or a muscle of a phantom.</summary>
/// <param name="Row">The row of its centre.</param>
/// <param name="Column">The column of its centre.</param>
/// <param name="Diameter">In mm.</param>
/// <param name="Contrast">PET: its uptake over that of its surroundings; otherwise the difference to its surroundings.</param>
/// <param name="Added">The amount that it adds to the values of the tissue.</param>
public sealed record PhantomLesion(int Row, int Column, double Diameter, double Contrast, double Added)
{
    /// <summary>Where what surrounds a lesion is measured: so far from its edge, in mm.</summary>
    private const double RingFrom = 2;
    private const double RingTo = 5;

    private static readonly Tissue[] _tissues = [Tissue.Liver, Tissue.Spleen, Tissue.Muscle];

    /// <summary>Finds places for lesions: whole, with their surroundings, in one tissue, and apart from each other.</summary>
    /// <param name="phantom">The phantom.</param>
    /// <param name="kinds">Diameter in mm and contrast of each; CT with a sign, in HU.</param>
    /// <param name="seed">Decides about the places.</param>
    /// <returns>One of each kind, the largest first; those that have no room are left out.</returns>
    public static IReadOnlyList<PhantomLesion> Place(
        Phantom phantom, IReadOnlyList<(double Diameter, double Contrast)> kinds, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(phantom);
        ArgumentNullException.ThrowIfNull(kinds);
        var random = new RandomStream(seed, Streams.Lesion);
        var placed = new List<PhantomLesion>();
        foreach (var size in kinds.GroupBy(kind => kind.Diameter).OrderByDescending(size => size.Key))
        {
            var regions = phantom.CreateRegions((size.Key / 2) + RingTo);
            int[] places = [.. Enumerable.Range(0, regions.Pixels.Length)
                .Where(i => Array.Exists(_tissues, tissue => regions.Pixels[i] == (int)tissue + 1))];
            random.Shuffle(places.AsSpan());
            var next = 0;
            foreach (var (diameter, contrast) in size)
            {
                var lesion = places[next..].Select(place =>
                {
                    next++;
                    return new PhantomLesion(place / regions.Width, place % regions.Width, diameter, contrast, 0);
                }).FirstOrDefault(lesion => placed.TrueForAll(other => lesion.IsApartFrom(other, phantom.PixelSpacing)));
                if (lesion is not null)
                {
                    placed.Add(lesion with { Added = lesion.AddedTo(phantom) });
                }
            }
        }

        return placed;
    }

    /// <summary>The image of a phantom with lesions.</summary>
    /// <param name="phantom">The phantom.</param>
    /// <param name="lesions">What is put into it.</param>
    public static ImageSlice Add(Phantom phantom, IEnumerable<PhantomLesion> lesions)
    {
        ArgumentNullException.ThrowIfNull(phantom);
        ArgumentNullException.ThrowIfNull(lesions);
        var image = new ImageSlice((float[])phantom.Image.Pixels.Clone(), phantom.Image.Height, phantom.Image.Width);
        foreach (var lesion in lesions)
        {
            lesion.AddTo(image, phantom.PixelSpacing);
        }

        return image;
    }

    /// <summary>Puts the lesion into an image; its edge is a pixel wide.</summary>
    internal void AddTo(ImageSlice image, double pixelSpacing)
    {
        foreach (var (i, beyond) in Around(image, pixelSpacing, pixelSpacing))
        {
            image.Pixels[i] += (float)(Added * Math.Clamp(0.5 - (beyond / pixelSpacing), 0, 1));
        }
    }

    /// <summary>The lowest value, the mean and the highest value of an image in the lesion's place and 1 mm around it.</summary>
    internal (double Lowest, double Mean, double Highest) LevelsIn(ImageSlice image, double pixelSpacing)
    {
        var (lowest, sum, highest, count) = (double.PositiveInfinity, 0.0, double.NegativeInfinity, 0);
        foreach (var (i, _) in Around(image, pixelSpacing, 1))
        {
            var value = image.Pixels[i];
            (lowest, sum, highest, count) = (Math.Min(lowest, value), sum + value, Math.Max(highest, value), count + 1);
        }

        return (lowest, sum / count, highest);
    }

    /// <summary>By how much an image differs within the lesion from what surrounds it, on the mean; in the image's unit.</summary>
    /// <param name="image">An image of the phantom, with the lesion or without.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm.</param>
    public double ContrastIn(ImageSlice image, double pixelSpacing)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = Around(image, pixelSpacing, RingTo).ToList();
        return pixels.Where(pixel => pixel.Beyond <= 0).Average(pixel => image.Pixels[pixel.Index])
            - pixels.Where(pixel => pixel.Beyond is >= RingFrom and <= RingTo).Average(pixel => image.Pixels[pixel.Index]);
    }

    /// <summary>The highest value of an image within the lesion: for PET, SUVmax.</summary>
    /// <param name="image">An image of the phantom.</param>
    /// <param name="pixelSpacing">Side of a pixel in mm.</param>
    public double MaximumIn(ImageSlice image, double pixelSpacing)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Around(image, pixelSpacing, 0).Max(pixel => image.Pixels[pixel.Index]);
    }

    private bool IsApartFrom(PhantomLesion other, double pixelSpacing) => pixelSpacing
        * Math.Sqrt(Math.Pow(Row - other.Row, 2) + Math.Pow(Column - other.Column, 2)) >= ((Diameter + other.Diameter) / 2) + RingTo;

    private double AddedTo(Phantom phantom) =>
        phantom.Task.Name.Equals(Tasks.RestorationTask.Pet.Name, StringComparison.OrdinalIgnoreCase)
            ? (Contrast - 1) * Around(phantom.Image, phantom.PixelSpacing, 0).Average(pixel => phantom.Image.Pixels[pixel.Index])
            : Contrast;

    /// <summary>The pixels of the lesion and so far around it, with their distance from its edge; all in mm.</summary>
    private IEnumerable<(int Index, double Beyond)> Around(ImageSlice image, double pixelSpacing, double distance)
    {
        var reach = (int)Math.Ceiling(((Diameter / 2) + distance) / pixelSpacing);
        for (var row = Math.Max(0, Row - reach); row <= Math.Min(image.Height - 1, Row + reach); row++)
        {
            for (var column = Math.Max(0, Column - reach); column <= Math.Min(image.Width - 1, Column + reach); column++)
            {
                var beyond = (pixelSpacing * Math.Sqrt(Math.Pow(row - Row, 2) + Math.Pow(column - Column, 2))) - (Diameter / 2);
                if (beyond <= distance)
                {
                    yield return ((row * image.Width) + column, beyond);
                }
            }
        }
    }
}
