using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>Why a frame cannot be decoded.</summary>
internal static class Jpeg2000Failure
{
    public const string Format = "JPEG 2000";

    public static DicomDataException Damaged() => EncodedFrame.Damaged(Format);

    public static DicomDataException Unsupported(string feature) => EncodedFrame.Unsupported(Format, feature);
}
