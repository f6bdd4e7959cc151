namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>A DICOM file without its elements: how it is encoded, and where its pixels are.</summary>
/// <param name="Path">The file.</param>
/// <param name="Syntax">How it is encoded.</param>
/// <param name="Pixels">The pixels; <see langword="null"/> where there are none.</param>
internal record DicomSource(string Path, TransferSyntax Syntax, IPixelSource? Pixels);
