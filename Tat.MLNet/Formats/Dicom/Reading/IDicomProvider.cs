using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Reading;

/// <summary>Reads and writes DICOM files; everything above the data set and its pixel bytes is common to all providers.</summary>
internal interface IDicomProvider
{
    /// <summary>What the provider is called.</summary>
    string Name { get; }

    /// <summary>How to get a codec that is missing, as the rest of a sentence.</summary>
    string Advice { get; }

    /// <summary>Reads the elements of a file and finds its pixels without reading them.</summary>
    /// <exception cref="DicomDataException">The file is damaged or is no DICOM file.</exception>
    DicomObject Read(ImageContent content);

    /// <summary>Writes an object in Explicit VR Little Endian.</summary>
    /// <param name="stream">Takes the file; stays open.</param>
    /// <param name="dataSet">All elements but the pixels.</param>
    /// <param name="pixels">The value of Pixel Data: words of 16 bits in little endian.</param>
    void Write(Stream stream, DicomDataSet dataSet, ReadOnlyMemory<byte> pixels);

    /// <summary>Whether the provider decodes a transfer syntax that the product has no codec for.</summary>
    bool CanDecode(TransferSyntax syntax);

    /// <summary>Decodes a frame of such a transfer syntax.</summary>
    /// <param name="source">An object that this provider read.</param>
    /// <param name="frame">0 … frames − 1.</param>
    /// <returns>Samples in little endian, in words of Bits Allocated.</returns>
    /// <exception cref="DicomDataException">The frame is damaged.</exception>
    byte[] Decode(DicomSource source, int frame);
}
