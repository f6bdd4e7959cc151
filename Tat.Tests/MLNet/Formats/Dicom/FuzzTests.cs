using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom;

namespace Tat.Tests.Formats.Dicom;

/// <summary>Reads damaged files; see <see cref="Mutants"/>.</summary>
[TestClass]
public class FuzzTests
{
    private const int HeaderBytes = 3000;

    [TestMethod]
    public void Damaged_files_are_read_or_refused_by_the_documented_exception_with_little_memory()
    {
        var folder = TestData.Path("data/dicom");
        var sources = Directory.GetFiles(folder).Where(file => !file.EndsWith(".csv", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        using var files = new SyntheticDicom();
        var path = Path.Combine(files.Folder, "mutant.dcm");
        Mutants.Read<ImageFormatException>("dicom", sources, HeaderBytes, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            using var scan = new DicomFormat().Open(path, new() { Pet = PetQuantity.AsStored });

            // A few frames are enough: each one allocates its own pixels.
            for (var i = 0; i < Math.Min(scan.SliceCount, 4); i++)
            {
                scan.ReadSlice(i);
            }
        });
    }
}
