using System.Globalization;
using Tat.Torch.Imaging;

namespace Tat.Torch.Tasks;

/// <summary>Counts voxels beyond a task's range, which pass through a restoration unchanged.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class RangeTally
{
    private readonly RestorationTask _task;
    private IntensityRange _range;
    private long _voxels;
    private long _beyond;

    /// <summary>Begins to count.</summary>
    /// <param name="task">The task of the images.</param>
    public RangeTally(RestorationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        (_task, _range) = (task, task.NormalizationRange);
    }

    /// <summary>The share of the voxels beyond the range, 0 … 1; 0 where there are none.</summary>
    public double Share => _voxels == 0 ? 0 : _beyond / (double)_voxels;

    /// <summary>The share and the range in a sentence; <see langword="null"/> where no voxel is beyond it.</summary>
    public string? Remark => _beyond == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"{(Share < 0.0001 ? "less than 0.01" : (100 * Share).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture))} % "
            + $"of the voxels lie beyond the task's range, {_range.Minimum:G6} to {_range.Maximum:G6} {_task.Unit}, and pass through "
            + $"unrestored");

    /// <summary>Counts the voxels of an image.</summary>
    /// <param name="image">The image to restore.</param>
    /// <returns>The image.</returns>
    public ImageSlice Add(ImageSlice image)
    {
        _range = _task.RangeOf(image);
        _voxels += image.Pixels.LongLength;
        _beyond += _range.CountBeyond(image.Pixels);
        return image;
    }
}
