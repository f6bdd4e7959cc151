using Tat.Torch.Data;
using Tat.Torch.Inference.Tiling;
using static TorchSharp.torch;

namespace Tat.Torch.Training.Steps;

/// <summary>The patches of a batch where the network is, and what comes of each of them.</summary>
internal sealed class BatchTensors
{
    /// <summary>Copies the patches; the tensors belong to the caller's dispose scope.</summary>
    public BatchTensors(TrainingBatch batch, ScalarType dtype, Device device)
    {
        Size = new(batch.PatchSize, batch.PatchSize);
        long[] shape = [batch.Count, 1, Size.Height, Size.Width];
        LowQuality = tensor(batch.LowQuality, shape).to(dtype, device);
        HighQuality = tensor(batch.HighQuality, shape).to(dtype, device);
        Tasks = batch.Tasks;
        (Losses, InputErrors, RestoredErrors, Weights) = (new float[batch.Count], new float[batch.Count], new float[batch.Count],
            new float[batch.Count]);
    }

    /// <summary>Number of patches, B.</summary>
    public int Count => Tasks.Length;

    /// <summary>Height and width of each patch.</summary>
    public PaddedSize Size { get; }

    /// <summary>Degraded patches, B×1×size×size.</summary>
    public Tensor LowQuality { get; }

    /// <summary>Reference patches, likewise.</summary>
    public Tensor HighQuality { get; }

    /// <summary>The task of each patch, as its index in the vocabulary.</summary>
    public int[] Tasks { get; }

    /// <summary>The balanced loss of each patch, not yet divided by their number.</summary>
    public float[] Losses { get; }

    /// <summary>|input − label| of each patch.</summary>
    public float[] InputErrors { get; }

    /// <summary>|restored − label| of each patch.</summary>
    public float[] RestoredErrors { get; }

    /// <summary>The balancer's estimate for each patch.</summary>
    public float[] Weights { get; }
}
