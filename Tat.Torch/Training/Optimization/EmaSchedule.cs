namespace Tat.Torch.Training.Optimization;

/// <summary>The decay of the exponential moving average of the weights.</summary>
/// <remarks>decay = clamp(1 − (1 + t)^(−2/3), 0, maximum) with t = updates so far − 1; the first update is a plain copy.</remarks>
internal static class EmaSchedule
{
    /// <summary>The share of the old average that an update keeps.</summary>
    /// <param name="update">Which update this is, from 1.</param>
    /// <param name="maximum">The largest decay.</param>
    public static double Decay(long update, double maximum) =>
        update <= 1 ? 0 : Math.Clamp(1 - Math.Pow(update, -2.0 / 3), 0, maximum);
}
