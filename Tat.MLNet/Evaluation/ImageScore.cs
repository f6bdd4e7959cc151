using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>The quality of one image.</summary>
/// <param name="FileName">Its file; empty if the data does not say.</param>
/// <param name="SliceIndex">Its slice in the file, from 0; −1 if the data does not say.</param>
/// <param name="Task">Its task.</param>
/// <param name="Quality">PSNR, SSIM and RMSE, and the reason if they are undefined.</param>
public sealed record ImageScore(string FileName, int SliceIndex, RestorationTask Task, ImageQuality Quality);
