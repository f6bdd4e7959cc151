namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>A DICOM file without its elements: how it is encoded, and where its pixels are.</summary>
/// <param name="Content">The file.</param>
/// <param name="Syntax">How it is encoded.</param>
/// <param name="Pixels">The pixels; <see langword="null"/> where there are none.</param>
internal record DicomSource(ImageContent Content, TransferSyntax Syntax, IPixelSource? Pixels)
{
    /// <summary>What the file is called: its path, or the caller's name for what is none; no two of a series have the same.</summary>
    public string Path => Content.Name;
}
