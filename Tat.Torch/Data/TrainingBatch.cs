namespace Tat.Torch.Data;

/// <summary>The patches of one iteration: B×1×size×size, all tasks mixed.</summary>
internal sealed class TrainingBatch(long iteration, int count, int patchSize)
{
    /// <summary>The iteration, from 1.</summary>
    public long Iteration { get; } = iteration;

    /// <summary>Number of patches, B.</summary>
    public int Count { get; } = count;

    /// <summary>Rows and columns of a patch.</summary>
    public int PatchSize { get; } = patchSize;

    /// <summary>Degraded patches, B × size × size, in [0, 1].</summary>
    public float[] LowQuality { get; } = new float[(long)count * patchSize * patchSize];

    /// <summary>Reference patches, likewise.</summary>
    public float[] HighQuality { get; } = new float[(long)count * patchSize * patchSize];

    /// <summary>The task of each patch, as its index in the vocabulary.</summary>
    public int[] Tasks { get; } = new int[count];

    /// <summary>The pair that each patch is cut from.</summary>
    public string[] Names { get; } = new string[count];

    /// <summary>Pairs that could not be read and were replaced by the next of their list, with the reason.</summary>
    public List<string> Skipped { get; } = [];
}
