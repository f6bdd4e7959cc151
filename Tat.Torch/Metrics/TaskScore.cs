namespace Tat.Torch.Model;

/// <summary>Mean quality over the images of one task.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio in dB.</param>
/// <param name="Ssim">Structural similarity.</param>
/// <param name="Rmse">Root-mean-square error in the task's unit.</param>
/// <param name="Images">Number of images averaged.</param>
public sealed record TaskScore(double Psnr, double Ssim, double Rmse, int Images);
