using System.Runtime.InteropServices;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Pixels;

/// <summary>What the header of a compressed frame says of its image.</summary>
/// <param name="Format">The kind of compression, for messages.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Components">Samples of a pixel.</param>
/// <param name="Precision">Bits of a sample.</param>
internal readonly record struct EncodedFrame(string Format, int Height, int Width, int Components, int Precision)
{
    /// <summary>Refuses an image that is not the one that the header of the object describes, before memory is taken for it.</summary>
    /// <exception cref="DicomDataException">It is another image.</exception>
    public void Check(PixelLayout layout)
    {
        if (Height != layout.Rows || Width != layout.Columns || Components != 1)
        {
            throw new DicomDataException(
                $"the {Format} image has {Height} × {Width} pixels of {Components} components where the header says {layout.Rows} × "
                + $"{layout.Columns} of one; the file is damaged.");
        }

        if (Precision > layout.BitsAllocated || layout.BitsAllocated > 16)
        {
            throw new DicomDataException(
                $"the {Format} image has {Precision} bits a sample and {layout.BitsAllocated} are allocated; the file is damaged.");
        }
    }

    /// <summary>The samples of a frame in little endian, in words of Bits Allocated.</summary>
    /// <param name="samples">The samples, in two's complement of the precision where pixels are signed; they are changed.</param>
    /// <param name="layout">What the header of the object says.</param>
    /// <param name="isLossy">Whether samples may be off by an error, and thus beyond what Bits Stored hold.</param>
    public byte[] ToWords(ushort[] samples, PixelLayout layout, bool isLossy)
    {
        if (layout.Signed)
        {
            ExtendSign(samples);
        }

        if (isLossy && Precision > layout.BitsStored && layout.HighBit == layout.BitsStored - 1)
        {
            KeepInRange(samples, layout);
        }

        return ToWords(samples, layout.BitsAllocated);
    }

    /// <summary>
    /// An error that leads out of the range of Bits Stored would come out at its other end, white as black, where the spare bits are
    /// masked.
    /// </summary>
    private static void KeepInRange(Span<ushort> samples, PixelLayout layout)
    {
        var highest = (1 << (layout.Signed ? layout.BitsStored - 1 : layout.BitsStored)) - 1;
        foreach (ref var sample in samples)
        {
            sample = layout.Signed ? (ushort)Math.Clamp((short)sample, -highest - 1, highest) : (ushort)Math.Min((int)sample, highest);
        }
    }

    /// <summary>
    /// Signed pixels are in two's complement of the precision, whatever the compressed image says: their sign is extended.
    /// </summary>
    private void ExtendSign(Span<ushort> samples)
    {
        var up = 16 - Precision;
        foreach (ref var sample in samples)
        {
            sample = (ushort)((short)(sample << up) >> up);
        }
    }

    /// <summary>Samples in little endian, in words of Bits Allocated.</summary>
    public static byte[] ToWords(ushort[] samples, int bitsAllocated) =>
        bitsAllocated == 16 ? MemoryMarshal.AsBytes(samples.AsSpan()).ToArray() : Array.ConvertAll(samples, sample => (byte)sample);

    /// <summary>The error of a frame whose compressed bytes cannot be decoded.</summary>
    public static DicomDataException Damaged(string format, Exception? cause = null) =>
        new($"the {format} pixels are damaged; copy the file again.", cause);

    /// <summary>The error of a frame that uses what cannot be decoded.</summary>
    /// <param name="format">The kind of compression.</param>
    /// <param name="feature">What it uses, as the rest of "the image …".</param>
    public static DicomDataException Unsupported(string format, string feature) =>
        new($"the {format} image {feature}, which cannot be decoded; {TransferSyntax.Conversion}.");
}
