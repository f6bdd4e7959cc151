using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers;

/// <summary>What reads and writes DICOM files in this process.</summary>
internal static class DicomProviders
{
    private static volatile IDicomProvider _current = new BuiltIn.BuiltInProvider();

    public static IDicomProvider Current => _current;

    /// <summary>Replaces the provider for what is read and written from now on.</summary>
    public static void Use(IDicomProvider provider) => _current = provider;
}
