namespace Tat.Torch.Model;

/// <summary>How features are normalised over their channels.</summary>
public enum LayerNormKind
{
    /// <summary>Subtract the mean, divide by the standard deviation, then scale and shift: the paper's.</summary>
    WithBias,

    /// <summary>Divide by the standard deviation without subtracting the mean, then scale.</summary>
    BiasFree,
}
