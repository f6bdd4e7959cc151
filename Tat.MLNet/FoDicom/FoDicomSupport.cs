using System.Reflection;
using Tat.MLNet.Formats.Dicom.Providers;

namespace Tat.MLNet.FoDicom;

/// <summary>
/// Lets <see href="https://github.com/fo-dicom/fo-dicom">fo-dicom</see> read and write DICOM files instead of the library's own reader and
/// writer.
/// </summary>
public static class FoDicomSupport
{
    /// <summary>Reads and writes with fo-dicom from now on, in the whole process; call it once, before images are opened.</summary>
    /// <remarks>
    /// What stands above a file, from HU and SUV to derived series, stays the same. Where the program references <c>fo-dicom.Codecs</c>,
    /// transfer syntaxes are decoded that the library has no codec for, High-Throughput JPEG 2000 among them.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The program has another version of Tat.MLNet than this package belongs to.</exception>
    public static void Register()
    {
        var (own, other) = (VersionOf(typeof(FoDicomSupport)), VersionOf(typeof(ImageRestorationCatalog)));
        if (own != other)
        {
            throw new InvalidOperationException(
                $"Tat.MLNet.FoDicom {own} was loaded with Tat.MLNet {other}; reference the same version of both packages.");
        }

        DicomProviders.Use(new FoDicomProvider());
    }

    private static string? VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version;
}
