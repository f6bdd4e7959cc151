namespace Tat.MLNet;

/// <summary>What a <see cref="Microsoft.ML.PredictionEngine{TSrc, TDst}"/> makes of an <see cref="ImageInput"/>.</summary>
public sealed class RestoredImage
{
    /// <summary>The pixels, row by row, in the task's unit; as many as the input has.</summary>
    public float[] Restored { get; set; } = [];
}
