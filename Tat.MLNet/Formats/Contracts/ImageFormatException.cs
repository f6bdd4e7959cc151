using Tat.Torch.Files;

namespace Tat.MLNet.Formats;

/// <summary>An image file is damaged, or of a kind that cannot be read; the message names the file, what is wrong and what to do.</summary>
public sealed class ImageFormatException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What is wrong with it and what to do, as the rest of a sentence.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public ImageFormatException(string path, string problem, Exception? innerException = null)
        : base($"'{path}': {MessageText.OneLine(problem)}", innerException) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
