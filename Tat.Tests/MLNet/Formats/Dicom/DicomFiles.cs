using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.Tests;

/// <summary>DICOM files by their paths.</summary>
internal static class DicomFiles
{
    public static DicomObject Read(this IDicomProvider provider, string path) => provider.Read(ImageContent.OfFile(path));

    public static void Write(this IDicomProvider provider, string path, DicomDataSet dataSet, ReadOnlyMemory<byte> pixels)
    {
        using var file = File.Create(path);
        provider.Write(file, dataSet, pixels);
    }
}
