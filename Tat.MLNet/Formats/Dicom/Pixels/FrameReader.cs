using Tat.MLNet.Formats.Dicom.JpegLs;

namespace Tat.MLNet.Formats.Dicom;

/// <summary>Reads the stored pixels of a frame, decompressed.</summary>
internal static class FrameReader
{
    /// <summary>What to do with a file that cannot be decoded, as the rest of a sentence.</summary>
    public const string Conversion = "convert the file to Explicit VR Little Endian, for example with 'gdcmconv --raw'";

    /// <summary>Refuses transfer syntaxes that cannot be decoded, before any pixel is read.</summary>
    public static void CheckCodec(DicomObject source)
    {
        if (source.Syntax.Codec == PixelCodec.Other && !DicomProviders.Current.CanDecode(source.Syntax))
        {
            throw new DicomDataException($"unsupported transfer syntax {source.Syntax}; {DicomProviders.Current.Advice}.");
        }
    }

    /// <summary>Reads a frame.</summary>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    public static byte[] Read(DicomObject source, PixelLayout layout, int frame)
    {
        var pixels = source.Pixels!;
        var words = source.Syntax.Codec switch
        {
            PixelCodec.Native => pixels.Read((long)frame * layout.FrameBytes, layout.FrameBytes),
            PixelCodec.Rle => RleDecoder.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            PixelCodec.JpegLs => JpegLsFrame.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            PixelCodec.Jpeg => JpegFrame.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            _ => DicomProviders.Current.Decode(source, frame),
        };
        return words.Length >= layout.FrameBytes ? words : throw new DicomDataException($"frame {frame + 1} has fewer pixels than the header says; the file is damaged.");
    }
}
