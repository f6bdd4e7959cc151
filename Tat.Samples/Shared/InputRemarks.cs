using Tat.MLNet.Formats;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.Samples.Shared;

/// <summary>What to say of a scan that is unlike those that a model was trained on.</summary>
internal static class InputRemarks
{
    /// <summary>Judges a scan by its middle slice, and by its pixel size where it records one.</summary>
    public static IReadOnlyList<string> Of(IImageRestorer restorer, IImageScan scan, RestorationTask task)
    {
        var slice = scan.ReadSlice(scan.SliceCount / 2);
        return slice.Pixels.All(float.IsFinite) ? restorer.WarningsFor(slice, task, Math.Sqrt((scan.RowSpacing * scan.ColumnSpacing) ?? double.NaN)) : [];
    }
}
