namespace Tat.MLNet.ModelIO;

/// <summary>What the user's <see cref="Microsoft.ML.MLContext"/> says.</summary>
/// <param name="GpuDeviceId">The GPU to compute on, from 0; <see langword="null"/> for the CPU.</param>
/// <param name="FallbackToCpu">Whether the CPU takes the place of a GPU that is not there.</param>
/// <param name="TempFilePath">The folder for temporary files.</param>
/// <param name="Seed">What randomness follows from; <see langword="null"/> where the user leaves that open.</param>
internal sealed record EnvironmentSettings(int? GpuDeviceId, bool FallbackToCpu, string TempFilePath, int? Seed);
