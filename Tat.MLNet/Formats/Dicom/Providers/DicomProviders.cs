using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Dicom.Reading;

namespace Tat.MLNet.Formats.Dicom.Providers;

/// <summary>The provider that the product was built with.</summary>
internal static class DicomProviders
{
    public static IDicomProvider Current { get; } =
#if USE_FO_DICOM
        new FoDicomProvider();
#else
        new BuiltInProvider();
#endif
}
