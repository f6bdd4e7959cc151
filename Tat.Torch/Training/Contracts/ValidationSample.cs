using Tat.Torch.Imaging;

namespace Tat.Torch.Training;

/// <summary>An image of a validation, in the task's unit.</summary>
/// <param name="Task">Name of its task.</param>
/// <param name="Name">Name of the pair.</param>
/// <param name="Input">The degraded image.</param>
/// <param name="Restored">The result of the averaged weights.</param>
/// <param name="Reference">The image that it should become.</param>
public sealed record ValidationSample(string Task, string Name, ImageSlice Input, ImageSlice Restored, ImageSlice Reference);
