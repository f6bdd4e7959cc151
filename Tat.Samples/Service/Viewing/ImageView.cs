namespace Tat.Samples.Service.Viewing;

/// <summary>An image of a job that can be looked at.</summary>
/// <param name="Name">The name of its result.</param>
/// <param name="Task">The task.</param>
internal sealed record ImageName(string Name, string Task);

/// <summary>What a viewer needs to know of an image.</summary>
/// <param name="Name">The name of its result.</param>
/// <param name="Task">The task.</param>
/// <param name="Width">Columns of a slice.</param>
/// <param name="Height">Rows of a slice.</param>
/// <param name="Slices">Number of slices.</param>
/// <param name="ColumnSpacing">Distance of neighbouring columns in mm; <see langword="null"/> where it is unknown.</param>
/// <param name="RowSpacing">Distance of neighbouring rows in mm.</param>
/// <param name="SliceSpacing">Distance of neighbouring slices in mm.</param>
/// <param name="Unit">The unit of the values.</param>
/// <param name="Inverted">Whether high values are shown dark, as nuclear medicine shows uptake.</param>
/// <param name="Presets">Windows to choose from, the usual one first.</param>
/// <param name="Orientation">How to turn a slice; <see langword="null"/> for as it is.</param>
/// <param name="HasReference">Whether there is a reference to compare with.</param>
/// <param name="HasMargins">Whether there is an image of how far values may be off.</param>
/// <param name="Remark">What to know of the images beside the result, such as why the reference that was given cannot be compared with;
/// <see langword="null"/> for nothing.</param>
internal sealed record ImageView(
    string Name, string Task, int Width, int Height, int Slices, double? ColumnSpacing, double? RowSpacing, double? SliceSpacing,
    string Unit, bool Inverted, IReadOnlyList<WindowPreset> Presets, ViewOrientation? Orientation, bool HasReference, bool HasMargins,
    string? Remark);

/// <summary>How close the two sides of a slice are to the reference.</summary>
internal sealed record SliceScores(SideScore Source, SideScore Restored);

/// <summary>PSNR in dB, SSIM, and RMSE in the image's unit; infinite or NaN as <see cref="Torch.Metrics.ImageQuality"/> tells.</summary>
internal sealed record SideScore(double Psnr, double Ssim, double Rmse);

/// <summary>Which image of a pair.</summary>
internal enum ImageSide
{
    /// <summary>What was sent, on the grid of what was made of it.</summary>
    Source,

    /// <summary>What was made of it.</summary>
    Restored,

    /// <summary>What it is compared with.</summary>
    Reference,

    /// <summary>How far what was made of it may be off.</summary>
    Margin,
}
