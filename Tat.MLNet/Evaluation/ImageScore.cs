using Tat.Torch.Metrics;
using Tat.Torch.Tasks;

namespace Tat.MLNet.Evaluation;

/// <summary>The quality of one image.</summary>
/// <param name="FileName">Its file; empty where the data does not tell.</param>
/// <param name="SliceIndex">Its slice in the file, from 0; −1 where the data does not tell.</param>
/// <param name="Task">Its task.</param>
/// <param name="Quality">PSNR, SSIM and RMSE, and why they are undefined where they are.</param>
public sealed record ImageScore(string FileName, int SliceIndex, RestorationTask Task, ImageQuality Quality);
