using Tat.Torch.Runtime;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Moves an average.</summary>
    /// <param name="average">The average.</param>
    /// <param name="values">The new values.</param>
    /// <param name="decay">How much of the average stays.</param>
    public static void Update(Tensor average, Tensor values, double decay)
    {
        if (decay == 0)
        {
            average.copy_(values);
            return;
        }

        using Scalar renewed = (1 - decay).ToScalar();
        average.Scale(decay).add_(values, renewed);
    }
}
