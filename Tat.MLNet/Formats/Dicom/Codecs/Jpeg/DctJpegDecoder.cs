using JpegLibrary;

namespace Tat.MLNet.Formats.Dicom.Codecs.Jpeg;

/// <summary>Decodes baseline, extended and progressive JPEG images of 8 or 12 bits with JpegLibrary.</summary>
internal static class DctJpegDecoder
{
    public static ushort[] Decode(ReadOnlyMemory<byte> image, JpegHeader header)
    {
        if (header.Precision is not (8 or 12))
        {
            throw JpegFrame.Damaged();
        }

        var writer = new SampleWriter(header);
        try
        {
            var decoder = new JpegDecoder();
            decoder.SetInput(image);
            decoder.Identify();
            decoder.SetOutputWriter(writer);
            decoder.Decode();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The library answers damaged input with exceptions of many kinds, index errors among them.
            throw JpegFrame.Damaged(exception);
        }

        return writer.Samples;
    }

    /// <summary>Receives blocks of 8 × 8 samples, whose level shift has been undone.</summary>
    private sealed class SampleWriter(JpegHeader header) : JpegBlockOutputWriter
    {
        private readonly int _maximum = (1 << header.Precision) - 1;

        public ushort[] Samples { get; } = new ushort[header.Height * header.Width];

        public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            var rows = Math.Min(8, header.Height - y);
            var columns = Math.Min(8, header.Width - x);
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    var sample = System.Runtime.CompilerServices.Unsafe.Add(ref blockRef, (row * 8) + column);
                    Samples[((y + row) * header.Width) + x + column] = (ushort)Math.Clamp((int)sample, 0, _maximum);
                }
            }
        }
    }
}
