namespace Tat.Torch.Losses;

/// <summary>What training minimises for each sample, before losses are balanced.</summary>
public enum RestorationLoss
{
    /// <summary>
    /// The mean absolute error, as in the paper. Where an image leaves open what is true, it leads to the median: what is there in less
    /// than half of the cases, as a faint lesion, vanishes.
    /// </summary>
    MeanAbsolute,

    /// <summary>
    /// The root of the mean square error. It leads to the mean of what may be true: less bias of regions and lesions, and a higher PSNR,
    /// which is made of square errors.
    /// </summary>
    RootMeanSquare,
}
