using System.IO.Hashing;
using System.Text;
using Tat.Torch.Randomness;

namespace Tat.Torch.Degradation;

/// <summary>Seeds of noise by name: the same for the same name, and independent of those of any other.</summary>
public static class NoiseSeed
{
    /// <summary>The seed for a slice.</summary>
    /// <param name="seed">The seed of all.</param>
    /// <param name="name">What noise is drawn for: task, part of the data set, file.</param>
    /// <param name="slice">The slice of it.</param>
    public static ulong Of(ulong seed, string name, int slice = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new RandomStream(seed, Streams.Noise, (long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name)), slice).NextBits();
    }
}
