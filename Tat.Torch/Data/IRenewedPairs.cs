using Tat.Torch.Imaging;

namespace Tat.Torch.Data;

/// <summary>Image pairs that are made anew while training, each time with other noise and another strength.</summary>
/// <remarks>
/// <see cref="object.ToString"/> tells how they are made, so that an interrupted training goes on with the same ones only.
/// </remarks>
public interface IRenewedPairs : IPairSource
{
    /// <summary>How many patches are cut from a pair, on average, before it is made anew; at least 1.</summary>
    int Uses { get; }

    /// <summary>Makes a pair, in physical units, on the calling thread alone.</summary>
    /// <param name="index">0 … <see cref="IPairSource.Count"/> − 1.</param>
    /// <param name="seed">What noise and strength follow from: the same pair for the same seed, another one for any other.</param>
    ImagePair Make(int index, ulong seed);
}
