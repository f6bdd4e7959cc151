using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>
/// The bytes of Pixel Data, Float Pixel Data or Double Float Pixel Data, read when asked for. Safe for concurrent reads; closes its file
/// where it is disposed, and can be read again.
/// </summary>
internal interface IPixelSource : IDisposable
{
    /// <summary>As many bytes as tell whether a fragment begins an image.</summary>
    const int StartBytes = 8;

    /// <summary>The element that holds them.</summary>
    DicomTag Tag { get; }

    /// <summary>Bytes of a native value; 0 where the value is encapsulated.</summary>
    long Length { get; }

    /// <summary>The fragments of an encapsulated value, without its offset table; <see langword="null"/> for a native one.</summary>
    IReadOnlyList<PixelFragment>? Fragments { get; }

    /// <summary>
    /// Where each frame begins, counted in bytes from the item tag of the first fragment; empty where the file does not tell.
    /// </summary>
    IReadOnlyList<long> OffsetTable { get; }

    /// <summary>
    /// Whether bytes are the first marker of JPEG or JPEG-LS, those of a JPEG 2000 codestream, or the signature box of JP2.
    /// </summary>
    /// <param name="start">The first <see cref="StartBytes"/> bytes of a fragment, or all where it has fewer.</param>
    static bool BeginsImage(ReadOnlySpan<byte> start) =>
        start is [0xFF, 0xD8, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20];

    /// <summary>Reads part of a native value, in little endian byte order.</summary>
    /// <exception cref="DicomDataException">The file is shorter than it was.</exception>
    byte[] Read(long offset, int length);

    /// <summary>The fragments that begin as an image does: see <see cref="BeginsImage"/>.</summary>
    IReadOnlyList<int> ImageStarts { get; }

    /// <summary>Reads consecutive fragments as one.</summary>
    /// <exception cref="DicomDataException">The file is shorter than it was.</exception>
    byte[] ReadFragments(int first, int count);
}

/// <summary>A fragment of encapsulated pixels.</summary>
/// <param name="Position">Where its bytes begin in the file.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct PixelFragment(long Position, int Length);
