using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Blocks;
using Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000.Headers;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg2000;

/// <summary>Decodes JPEG 2000 frames of one component of 1 to 16 bits (ITU-T T.800 | ISO/IEC 15444-1), lossless and lossy.</summary>
internal static class Jpeg2000Frame
{
    /// <summary>Decodes a frame.</summary>
    /// <param name="image">A codestream, or a JP2 file that holds one.</param>
    /// <param name="layout">What the header of the object says.</param>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    /// <exception cref="DicomDataException">The frame is damaged, is not what the header of the object says, or uses what cannot be
    /// decoded.</exception>
    public static byte[] Decode(ReadOnlyMemory<byte> image, PixelLayout layout)
    {
        var codestream = Codestream.Read(Jp2Boxes.FindCodestream(image));
        var size = codestream.Size;
        var frame = new EncodedFrame(Jpeg2000Failure.Format, size.Height, size.Width, size.Components, size.Precision);
        frame.Check(layout);

        var samples = new ushort[layout.FrameSamples];
        var blocks = new BlockDecoder();
        for (var tile = 0; tile < size.TileCount; tile++)
        {
            // A tile between the samples of a coarse component holds none, and may be left out.
            if (!size.Samples(tile).IsEmpty)
            {
                new TileDecoder(codestream, tile, blocks).Decode(samples);
            }
        }

        return frame.ToWords(samples, layout, isLossy: !Parameters.StyleOf(codestream.Main, codestream.Main).IsReversible);
    }
}
