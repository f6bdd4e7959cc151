using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>A DICOM object that was read: its elements, and where its pixels are.</summary>
/// <param name="Content">The file.</param>
/// <param name="Syntax">How it is encoded.</param>
/// <param name="DataSet">All elements before the pixels.</param>
/// <param name="Pixels">The pixels; <see langword="null"/> where there are none.</param>
internal sealed record DicomObject(ImageContent Content, TransferSyntax Syntax, DicomDataSet DataSet, IPixelSource? Pixels)
    : DicomSource(Content, Syntax, Pixels)
{
    /// <summary>The application entity that wrote or sent the file; <see langword="null"/> where the file does not tell.</summary>
    public string? SourceAeTitle { get; init; }
}
