namespace Tat.Torch.Model.Contracts;

/// <summary>
/// The generated kernels of all stages that have some; <see langword="null"/> each in a network without weight generation.
/// </summary>
/// <typeparam name="T">Those of a stage.</typeparam>
/// <param name="Latent">The latent level.</param>
/// <param name="Level3">The third level of the decoder.</param>
/// <param name="Level2">The second.</param>
/// <param name="Level1">The first, and the refinement.</param>
internal sealed record DecoderKernels<T>(T? Latent, T? Level3, T? Level2, T? Level1);
