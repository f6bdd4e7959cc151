using System.Globalization;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Contracts;
using Tat.Torch.Imaging;
using Tat.Torch.Inference;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Scans;

/// <summary>Whether a model can fill the finer grid that was asked for.</summary>
internal static class UpsamplingCheck
{
    /// <summary>Grids are rounded to whole pixels, and how far k-space is filled is measured.</summary>
    private const double Tolerance = 1.05;

    /// <summary>What numbers that should be whole may be off.</summary>
    private const double Rounding = 1e-6;

    /// <summary>Refuses a finer grid for a task that has no use for one.</summary>
    /// <exception cref="InvalidDataException">The task does not restore resolution.</exception>
    public static void CheckTask(IImageScan scan, RestorationTask task)
    {
        if (scan is UpsampledScan && task is not { FitsResolution: true, UpscalingFactor: not null })
        {
            throw new InvalidDataException(
                $"'{scan.Path}': the task {task} does not restore resolution, and has no use for a finer grid; leave the factor out.");
        }
    }

    /// <summary>
    /// Refuses a grid that is too fine for what the task was trained for, or so little finer that there is nothing to restore.
    /// </summary>
    /// <param name="scan">The scan; one whose grid was not made finer has nothing to check.</param>
    /// <param name="task">The task, which restores resolution.</param>
    /// <param name="extent">How far k-space is filled on the grid of the scan.</param>
    /// <exception cref="InvalidDataException">It is; the message tells the range.</exception>
    public static void CheckExtent(IImageScan scan, RestorationTask task, KSpaceExtent extent)
    {
        if (scan is not UpsampledScan grid)
        {
            return;
        }

        var largest = task.UpscalingFactor!.Value;
        CheckAxis("rows", grid.Factor.Rows, extent.Rows, grid.Source.Rows, grid.RowStep);
        CheckAxis("columns", grid.Factor.Columns, extent.Columns, grid.Source.Columns, grid.ColumnStep);

        void CheckAxis(string axis, double factor, double filled, int length, double step)
        {
            var most = Math.Floor((100 * largest * filled / step) + Rounding) / 100;
            if (factor <= 1 || (filled * NetworkGrid.SmallestFactor <= 1 && factor <= most * Tolerance && factor <= largest))
            {
                return;
            }

            // A side of the grid is a whole number of pixels.
            var side = Math.Ceiling((NetworkGrid.SmallestFactor * filled / step * length) - Rounding);
            var least = Math.Ceiling((100 * side / length) - Rounding) / 100;
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{scan.Path}': with {factor:G3} times as many {axis}, k-space would be filled to 1/{1 / filled:G3} of them, and the "
                + $"model restores 1/{largest:G3} to 1/{NetworkGrid.SmallestFactor:G3}; "
                + $"{Advice(axis, Math.Max(1, least), most, length)}."));
        }
    }

    private static string Advice(string axis, double least, double most, int length) => length == 1
        ? FormattableString.Invariant($"there is one of them, which stays one: choose 1 as the factor of the {axis}")
        : least <= most
            ? FormattableString.Invariant($"choose a factor from {least} to {most}")
            : FormattableString.Invariant($"choose 1 as the factor of the {axis}, or leave the factor out");
}
