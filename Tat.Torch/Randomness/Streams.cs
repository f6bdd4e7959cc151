namespace Tat.Torch.Randomness;

/// <summary>
/// The purposes that random streams are named by. Training, its data and degradation draw with the seed of the user and must not share a
/// number; a number is never given to another purpose.
/// </summary>
internal static class Streams
{
    public const long ListOrder = 1;
    public const long BatchOrder = 2;
    public const long Patch = 3;
    public const long Estimator = 4;
    public const long NetworkWeights = 5;
    public const long Choice = 6;
    public const long Counterpart = 7;
    public const long Strength = 8;
    public const long Phantom = 9;
    public const long Lesion = 16;
    public const long Noise = 15;
    public const long Resample = 17;
}
