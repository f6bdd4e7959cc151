using Tat.Torch.Data;
using Tat.Torch.Files;
using Tat.Torch.Imaging;
using Tat.Torch.Randomness;
using Tat.Torch.Tasks;

namespace Tat.Torch.Phantoms;

/// <summary>
/// Phantoms as good images whose truth is known: each seed gives a different patient, part of the body and pixel size.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class PhantomImages : IGoodImages
{
    private readonly ulong _seed;

    /// <summary>Describes the phantoms; none is made yet.</summary>
    /// <param name="task">PET, CT or MRI.</param>
    /// <param name="count">How many count as one round of a list, at least 1.</param>
    /// <param name="seed">Which phantoms: take different seeds for training and validation.</param>
    public PhantomImages(RestorationTask task, int count, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (Task, Count, _seed) = (task, count, seed);
    }

    /// <inheritdoc/>
    public RestorationTask Task { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>Rows and columns of the smallest and the largest image, at least 16.</summary>
    /// <value>The default is 80 and 192.</value>
    public (int Smallest, int Largest) Sides { get; init; } = (80, 192);

    /// <inheritdoc/>
    public string VolumeOf(int index) => index % 2 == 0 ? "phantom heads" : "phantom torsos";

    /// <inheritdoc/>
    public GoodImage Read(int index, ulong seed)
    {
        var random = new RandomStream(_seed, Streams.Phantom, index, (long)seed);
        var anatomy = index % 2 == 0 ? Anatomy.Head : Anatomy.Torso;
        var side = Sides.Smallest + random.Next(Sides.Largest - Sides.Smallest + 1);
        var phantom = Phantom.Create(Task, anatomy, side, random.NextBits());
        return new(phantom.Image, phantom.PixelSpacing, $"phantom {index}")
        {
            Attenuation = Task.Name.Equals(RestorationTask.Pet.Name, StringComparison.OrdinalIgnoreCase)
                ? phantom.CreateAttenuation()
                : null,
        };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{MessageText.Amount(Count, "phantom")} of {Sides.Smallest} to {Sides.Largest} pixels");
}
