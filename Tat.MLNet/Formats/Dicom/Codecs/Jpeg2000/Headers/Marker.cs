namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;

/// <summary>The markers of a codestream that matter to a decoder (table A.2).</summary>
internal enum Marker : ushort
{
    FirstWithoutSegment = 0xFF30,
    LastWithoutSegment = 0xFF3F,
    StartOfCodestream = 0xFF4F,
    Capabilities = 0xFF50,
    ImageSize = 0xFF51,
    CodingStyle = 0xFF52,
    ComponentCodingStyle = 0xFF53,
    Quantization = 0xFF5C,
    ComponentQuantization = 0xFF5D,
    RegionOfInterest = 0xFF5E,
    ProgressionChange = 0xFF5F,
    PackedHeadersOfImage = 0xFF60,
    PackedHeadersOfTile = 0xFF61,
    FirstExtension = 0xFF70,
    LastExtension = 0xFF7F,
    StartOfTilePart = 0xFF90,
    StartOfPacket = 0xFF91,
    EndOfPacketHeader = 0xFF92,
    StartOfData = 0xFF93,
    EndOfCodestream = 0xFFD9,
}
