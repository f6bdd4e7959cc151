namespace Tat.Torch.Training;

/// <summary>The method that turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW (Loshchilov and Hutter, ICLR 2019) for all weights, as in the paper.</summary>
    AdamW,

    /// <summary>
    /// Muon (Jordan et al. 2024) for convolutions between several channels, whose weights are matrices of output channels × input channels
    /// and taps: the step is the momentum made orthogonal, as large as AdamW's (Liu et al., arXiv 2502.16982), so that rate and weight
    /// decay mean the same. AdamW for the other weights. A step takes about a third longer on a CPU core. In trainings of two and a half
    /// minutes from nothing more was learnt than with AdamW in the same time; from a trained model no gain was seen.
    /// </summary>
    Muon,
}
