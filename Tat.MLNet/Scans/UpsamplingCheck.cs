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

    /// <summary>
    /// Refuses a finer grid for a task that has no use for one, and one finer than any that the task restores, which would take much memory
    /// and time.
    /// </summary>
    /// <exception cref="InvalidDataException">The task does not restore resolution, or not so much of it.</exception>
    public static void CheckTask(IImageScan scan, RestorationTask task, CancellationToken cancellationToken = default)
    {
        if (scan is not UpsampledScan grid)
        {
            return;
        }

        if (task is not { FitsResolution: true, UpscalingFactor: { } largest })
        {
            throw new InvalidDataException(
                $"'{scan.Path}': the task {task} does not restore resolution, and has no use for a finer grid; leave the factor out.");
        }

        if (grid.Factor.Rows > largest || grid.Factor.Columns > largest)
        {
            CheckExtent(scan, task, grid.ExtentOf(grid.Source.MeasureVolume(withExtent: true, cancellationToken).Extent!));
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
        var (rows, columns) = (grid.Factor.Rows, grid.Factor.Columns);
        CheckAxis("row", rows, extent.Rows, grid.Source.Rows, grid.RowStep, columns, factor => new(factor, columns));
        CheckAxis("column", columns, extent.Columns, grid.Source.Columns, grid.ColumnStep, rows, factor => new(rows, factor));

        void CheckAxis(string axis, double factor, double filled, int length, double step, double other,
            Func<double, UpsamplingFactor> with)
        {
            var most = Math.Floor((100 * largest * filled / step) + Rounding) / 100;
            if (factor <= 1 || (filled * NetworkGrid.SmallestFactor <= 1 && factor <= most * Tolerance && factor <= largest))
            {
                return;
            }

            // Without a finer grid along this axis, there may be one along the other.
            var (spelt, none) = ($"choose 1 as the factor of the {axis}s", with(1));
            spelt += other > 1 ? $", as in {none}, or leave the factor out" : ", or leave the factor out";
            if (length == 1)
            {
                throw new InvalidDataException($"'{scan.Path}': its slices have one {axis}, of which a factor makes no more; {spelt}.");
            }

            // A side of the grid is a whole number of pixels.
            var side = Math.Ceiling((NetworkGrid.SmallestFactor * filled / step * length) - Rounding);
            var least = Math.Max(1, Math.Ceiling((100 * side / length) - Rounding) / 100);
            var advice = least > most ? spelt
                : FormattableString.Invariant($"choose a factor from {least} to {most}")
                    + (other == factor ? "" : $" for the {axis}s, as in {with(Math.Clamp(factor, least, most))}");
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{scan.Path}': with {factor:G3} times as many {axis}s, k-space would be filled to 1/{1 / filled:G3} of them, and the "
                + $"model restores 1/{largest:G3} to 1/{NetworkGrid.SmallestFactor:G3}; {advice}."));
        }
    }
}
