using System.Runtime.InteropServices;
using Tat.Torch.Imaging;

namespace Tat.Torch.Metrics;

/// <summary>
/// Compares an image with its reference region by region: the regions are the labels of a mask, over all slices of a scan.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class RegionTally
{
    /// <summary>The label of what belongs to no region.</summary>
    public const int NoRegion = 0;

    // Whole numbers up to here are exact in single precision.
    private const float LargestLabel = 1 << 24;

    private readonly SortedDictionary<int, Sums> _regions = [];

    /// <summary>Each region that has pixels, by its label.</summary>
    public IReadOnlyList<RegionScore> Regions =>
        [.. _regions.Where(region => region.Value.Count > 0).Select(region => region.Value.ToScore(region.Key))];

    /// <summary>Adds a slice.</summary>
    /// <param name="image">The image to judge.</param>
    /// <param name="reference">What it should equal, in the same unit.</param>
    /// <param name="labels">The region of each pixel, a whole number; 0 for none.</param>
    /// <exception cref="ArgumentException">The three differ in size.</exception>
    /// <exception cref="InvalidDataException">A label is no whole number.</exception>
    public void Add(ImageSlice image, ImageSlice reference, ImageSlice labels)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(labels);
        if ((image.Height, image.Width) != (reference.Height, reference.Width)
            || (image.Height, image.Width) != (labels.Height, labels.Width))
        {
            throw new ArgumentException($"The image is {image.Height} × {image.Width}, its reference {reference.Height} × "
                + $"{reference.Width} and the mask {labels.Height} × {labels.Width}; they must have the same size.", nameof(labels));
        }

        var section = new Dictionary<int, long>();
        for (var i = 0; i < labels.Pixels.Length; i++)
        {
            var label = LabelAt(labels, i);
            if (label != NoRegion && float.IsFinite(image.Pixels[i]) && float.IsFinite(reference.Pixels[i]))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(section, label, out _)++;
                Region(label).Add(image.Pixels[i], reference.Pixels[i]);
            }
        }

        foreach (var (label, pixels) in section)
        {
            var region = Region(label);
            region.LargestSection = Math.Max(region.LargestSection, pixels);
        }
    }

    private static int LabelAt(ImageSlice labels, int i) => labels.Pixels[i] is >= -LargestLabel and <= LargestLabel and var label
        && label == MathF.Round(label)
        ? (int)label
        : throw new InvalidDataException(FormattableString.Invariant(
            $"The mask has the value {labels.Pixels[i]} at row {i / labels.Width}, column {i % labels.Width}; labels are whole numbers."));

    private Sums Region(int label)
    {
        if (!_regions.TryGetValue(label, out var region))
        {
            _regions.Add(label, region = new());
        }

        return region;
    }

    private sealed class Sums
    {
        private double _image;
        private double _reference;
        private float _maximum = float.NegativeInfinity;
        private float _referenceMaximum = float.NegativeInfinity;

        public long Count { get; private set; }

        public long LargestSection { get; set; }

        public void Add(float image, float reference)
        {
            Count++;
            _image += image;
            _reference += reference;
            _maximum = Math.Max(_maximum, image);
            _referenceMaximum = Math.Max(_referenceMaximum, reference);
        }

        public RegionScore ToScore(int label) =>
            new(label, Count, LargestSection, _image / Count, _reference / Count, _maximum, _referenceMaximum);
    }
}
