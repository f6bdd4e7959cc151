using Tat.Torch.Imaging;
using Tat.Torch.Numerics;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Phantoms;

/// <summary>An artificial slice of a patient: anatomy-like shapes with the value range, texture and partial volume of a modality.</summary>
/// <remarks>
/// For trying things out and for tests, not for conclusions about patients. A seed gives the same anatomy for every task and at every size,
/// on every machine (up to the rounding of floating-point functions).
/// </remarks>
public sealed class Phantom
{
    /// <summary>Attenuation of water at 511 keV, per mm.</summary>
    private const double WaterAttenuation = 0.0096;

    private readonly ulong _seed;
    private readonly int _size;
    private readonly double _fieldOfView;

    private Phantom(RestorationTask task, Anatomy anatomy, int size, ulong seed)
    {
        (Task, Anatomy, _size, _seed) = (task, anatomy, size, seed);
        var random = new RandomStream(seed, 10);
        _fieldOfView = anatomy == Anatomy.Head
            ? random.NextUniform(215, 235)
            : random.NextUniform(375, 400);
        PixelSpacing = _fieldOfView / size;
        Image = Draw(Appearance.Of(task, new(seed, 11)));
        if (string.Equals(task.Name, RestorationTask.Mri.Name, StringComparison.OrdinalIgnoreCase))
        {
            Shade();
        }
    }

    /// <summary>The task whose modality sees the phantom.</summary>
    public RestorationTask Task { get; }

    /// <summary>The part of the body.</summary>
    public Anatomy Anatomy { get; }

    /// <summary>The image, in the task's unit.</summary>
    public ImageSlice Image { get; }

    /// <summary>Side of a pixel in mm.</summary>
    public double PixelSpacing { get; }

    /// <summary>Makes a phantom.</summary>
    /// <param name="task">PET, CT or MRI, or a task of the same name with other ranges.</param>
    /// <param name="anatomy">The part of the body.</param>
    /// <param name="size">Rows and columns, at least 16.</param>
    /// <param name="seed">Which of the phantoms: no two seeds give the same.</param>
    /// <exception cref="ArgumentException">There are no phantoms for the task.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 16.</exception>
    public static Phantom Create(RestorationTask task, Anatomy anatomy, int size, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        return new(task, anatomy, size, seed);
    }

    /// <summary>
    /// The attenuation of the same anatomy at 511 keV, per mm, from its Hounsfield units by the bilinear rule (Carney et al., Medical
    /// Physics 2006).
    /// </summary>
    public ImageSlice CreateAttenuation()
    {
        var hounsfield = Draw(Appearance.Ct(new(_seed, 11)));
        return new([.. hounsfield.Pixels.Select(value =>
            (float)(WaterAttenuation * (value < 47 ? Math.Max(0, 1 + (value / 1000)) : 1.047 + (0.00053 * (value - 47)))))], _size, _size);
    }

    /// <summary>What <see cref="CreateRegions"/> labels: the name of each tissue, such as <c>liver</c>, by its label.</summary>
    public static IReadOnlyDictionary<int, string> RegionNames { get; } = Enum.GetValues<Tissue>().ToDictionary(
        tissue => (int)tissue + 1,
        tissue => string.Concat(tissue.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {letter}" : $"{letter}"))
            .ToLowerInvariant());

    /// <summary>The tissue of each pixel.</summary>
    /// <param name="margin">How far in mm no other tissue may be.</param>
    /// <returns>Labels by <see cref="RegionNames"/>; 0 where tissues share a pixel, or another one is nearer than the margin.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative or not finite.</exception>
    public ImageSlice CreateRegions(double margin = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        ArgumentOutOfRangeException.ThrowIfEqual(double.IsFinite(margin), false, nameof(margin));
        const float Tolerance = 0.001f;

        // The number of a tissue, and its square: of a mixture the one is not the square of the other.
        var (numbers, squares) = (Draw(Appearance.Numbers(1)), Draw(Appearance.Numbers(2)));
        var labels = new ImageSlice([.. numbers.Pixels.Zip(squares.Pixels, (number, square) =>
            MathF.Round(number) is var label && Math.Abs(number - label) < Tolerance
            && Math.Abs(square - (label * label)) < 3 * label * Tolerance ? label : 0)], _size, _size);
        return margin > 0 ? Shrunk(labels, margin / PixelSpacing) : labels;
    }

    /// <summary>Labels without those that have another one within a radius in pixels.</summary>
    private static ImageSlice Shrunk(ImageSlice labels, double radius)
    {
        var reach = (int)radius;
        (int Row, int Column)[] disc =
        [
            .. Enumerable.Range(-reach, (2 * reach) + 1).SelectMany(row => Enumerable.Range(-reach, (2 * reach) + 1)
                .Where(column => (row * row) + (column * column) <= radius * radius).Select(column => (row, column)))
                .OrderByDescending(at => (at.row * at.row) + (at.column * at.column)),
        ];
        var shrunk = new float[labels.Pixels.Length];
        Parallel.For(0, labels.Height, row =>
        {
            for (var column = 0; column < labels.Width; column++)
            {
                var label = labels[row, column];
                var isPure = label > 0 && Array.TrueForAll(disc, at =>
                    (uint)(row + at.Row) >= labels.Height || (uint)(column + at.Column) >= labels.Width
                    || labels[row + at.Row, column + at.Column] == label);
                shrunk[(row * labels.Width) + column] = isPure ? label : 0;
            }
        });
        return new(shrunk, labels.Height, labels.Width);
    }

    /// <summary>Multiplies by a smooth bias field, as receiver coils do, and adds the faint Rician noise of a good scan.</summary>
    private void Shade()
    {
        var bias = SmoothField.Create(_fieldOfView * 1.1, 0.45 * _fieldOfView, new(_seed, 13));
        var random = new RandomStream(_seed, 14);
        var noise = 0.004 * Image.Pixels.Max();
        for (var i = 0; i < Image.Pixels.Length; i++)
        {
            var (x, y) = (((i % _size) - (_size / 2.0)) * PixelSpacing, ((i / _size) - (_size / 2.0)) * PixelSpacing);
            var signal = Image.Pixels[i] * Math.Exp(0.12 * bias.At(x, y));
            var (real, imaginary) = (signal + (noise * random.NextNormal()), noise * random.NextNormal());
            Image.Pixels[i] = (float)Math.Min(4095, Math.Sqrt((real * real) + (imaginary * imaginary)));
        }
    }

    private ImageSlice Draw(Appearance appearance)
    {
        var choice = new RandomStream(_seed, 12);
        var canvas = new Canvas(_size, _fieldOfView, appearance, _seed, Anatomy == Anatomy.Head ? 1.6 : 3.2);
        if (Anatomy == Anatomy.Head)
        {
            new HeadPainter(canvas, _seed).Paint();
        }
        else if (choice.NextChance(0.5))
        {
            new ChestPainter(canvas, _seed).Paint();
        }
        else
        {
            new AbdomenPainter(canvas, _seed).Paint();
        }

        return new(canvas.ToPixels(), _size, _size);
    }
}
