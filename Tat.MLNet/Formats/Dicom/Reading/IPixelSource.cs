using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>The bytes of Pixel Data, Float Pixel Data or Double Float Pixel Data, read when asked for. Safe for concurrent reads.</summary>
internal interface IPixelSource
{
    /// <summary>The element that holds them.</summary>
    DicomTag Tag { get; }

    /// <summary>Bytes of a native value; 0 where the value is encapsulated.</summary>
    long Length { get; }

    /// <summary>The fragments of an encapsulated value, without its offset table; <see langword="null"/> for a native one.</summary>
    IReadOnlyList<PixelFragment>? Fragments { get; }

    /// <summary>Where each frame begins, counted in bytes from the item tag of the first fragment; empty where the file does not tell.</summary>
    IReadOnlyList<long> OffsetTable { get; }

    /// <summary>Reads part of a native value, in little endian byte order.</summary>
    /// <exception cref="DicomDataException">The file is shorter than it was.</exception>
    byte[] Read(long offset, int length);

    /// <summary>The fragments that begin with the marker of a JPEG image's start (FF D8).</summary>
    IReadOnlyList<int> ImageStarts { get; }

    /// <summary>Reads consecutive fragments as one.</summary>
    /// <exception cref="DicomDataException">The file is shorter than it was.</exception>
    byte[] ReadFragments(int first, int count);
}

/// <summary>A fragment of encapsulated pixels.</summary>
/// <param name="Position">Where its bytes begin in the file.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct PixelFragment(long Position, int Length);
