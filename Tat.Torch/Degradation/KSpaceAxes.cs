namespace Tat.Torch.Degradation;

/// <summary>The axes of k-space along which resolution is reduced.</summary>
[Flags]
public enum KSpaceAxes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>From one row of the image to the next: there are fewer rows in k-space.</summary>
    Rows = 1,

    /// <summary>From one column to the next.</summary>
    Columns = 2,

    /// <summary>Both.</summary>
    Both = Rows | Columns,
}
