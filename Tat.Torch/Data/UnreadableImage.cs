namespace Tat.Torch.Data;

/// <summary>What reading an image fails with, where it is the image's fault or its file's.</summary>
internal static class UnreadableImage
{
    public static bool Is(Exception exception) =>
        exception is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException or NotSupportedException;
}
