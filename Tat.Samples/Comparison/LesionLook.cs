using Tat.Torch.Tasks;

namespace Tat.Samples.Comparison;

/// <summary>How a method shows a lesion and its place without it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Phantom">The number of the phantom, which has no more than one lesion of a kind.</param>
/// <param name="Kind">What kind of lesion it is.</param>
/// <param name="Method">What was done to the images.</param>
/// <param name="Absent">The observer's score without the lesion: the contrast, in the task's unit.</param>
/// <param name="Present">The score with it.</param>
/// <param name="Maximum">The highest value in the lesion.</param>
internal sealed record LesionLook(
    RestorationTask Task, int Phantom, LesionKind Kind, string Method, double Absent, double Present, double Maximum);
