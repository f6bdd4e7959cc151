using Tat.MLNet.Formats.Dicom.Codecs.Jpeg;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;
using Tat.MLNet.Formats.Dicom.Codecs.JpegLs;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Codecs;

/// <summary>Reads the stored pixels of a frame, decompressed.</summary>
internal static class FrameReader
{
    /// <summary>Refuses transfer syntaxes that cannot be decoded, before any pixel is read.</summary>
    public static void CheckCodec(DicomSource source)
    {
        if (source.Syntax.Codec == PixelCodec.Other && !DicomProviders.Current.CanDecode(source.Syntax))
        {
            throw new DicomDataException($"unsupported transfer syntax {source.Syntax}; {DicomProviders.Current.Advice}.");
        }
    }

    /// <summary>Reads a frame.</summary>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    public static byte[] Read(DicomSource source, PixelLayout layout, int frame)
    {
        var pixels = source.Pixels!;
        var words = source.Syntax.Codec switch
        {
            PixelCodec.Native => pixels.Read((long)frame * layout.FrameBytes, layout.FrameBytes),
            PixelCodec.Rle => RleDecoder.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            PixelCodec.Jpeg2000 => Jpeg2000Frame.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            PixelCodec.JpegLs => JpegLsFrame.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            PixelCodec.Jpeg => JpegFrame.Decode(FrameLocator.ReadFrame(pixels, frame, layout.Frames), layout),
            _ => DicomProviders.Current.Decode(source, frame),
        };
        return words.Length >= layout.FrameBytes
            ? words
            : throw new DicomDataException($"frame {frame + 1} has fewer pixels than the header says; the file is damaged.");
    }
}
