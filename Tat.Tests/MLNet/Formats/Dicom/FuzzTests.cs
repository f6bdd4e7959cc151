using System.Globalization;
using Tat.MLNet.Formats;

namespace Tat.Tests.Formats.Dicom;

/// <summary>
/// Reads damaged files: flipped, cut, inserted and exchanged bytes. Millions of them run with
/// <c>TAT_FUZZ_MUTANTS=5000000 dotnet test --filter "FullyQualifiedName~Dicom.FuzzTests"</c>; <c>TAT_FUZZ_SEED</c> chooses others.
/// </summary>
[TestClass]
public class FuzzTests
{
    private const int Mutants = 5000;
    private const long AllowedBytes = 64 << 20;

    /// <summary>Reading takes milliseconds. The limit is a second of the processor in a run of its own; among other tests, whose time counts too, it leaves room for them.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("TAT_FUZZ_MUTANTS") is null ? 20 : 1);

    [TestMethod]
    public void Damaged_files_are_read_or_refused_by_the_documented_exception_with_little_memory()
    {
        var folder = TestData.Path("data/dicom");
        var sources = Directory.GetFiles(folder).Where(file => !file.EndsWith(".csv", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var random = new Random(FromEnvironment("TAT_FUZZ_SEED", 20250101));
        using var files = new SyntheticDicom();
        var path = Path.Combine(files.Folder, "mutant.dcm");
        for (var i = 0; i < FromEnvironment("TAT_FUZZ_MUTANTS", Mutants); i++)
        {
            var mutant = Mutate(sources, random);
            File.WriteAllBytes(path, mutant);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Environment.CpuUsage.TotalTime;
            try
            {
                Read(path);
            }
            catch (ImageFormatException)
            {
            }
            catch (Exception exception)
            {
                Assert.Fail($"Mutant {i}, kept as {Keep(mutant, i)}: {exception}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > mutant.Length + AllowedBytes)
            {
                Assert.Fail($"Mutant {i}, kept as {Keep(mutant, i)}, of {mutant.Length} bytes took {allocated} bytes.");
            }

            var taken = Environment.CpuUsage.TotalTime - clock;
            if (taken > _longest)
            {
                Assert.Fail($"Mutant {i}, kept as {Keep(mutant, i)}, took {taken}.");
            }
        }
    }

    private static void Read(string path)
    {
        using var scan = new Tat.MLNet.Formats.Dicom.DicomFormat().Open(path, new() { Pet = PetQuantity.AsStored });

        // A few frames are enough: each one allocates its own pixels.
        for (var i = 0; i < Math.Min(scan.SliceCount, 4); i++)
        {
            scan.ReadSlice(i);
        }
    }

    private static byte[] Mutate(byte[][] sources, Random random)
    {
        var mutant = sources[random.Next(sources.Length)].ToList();
        for (var change = random.Next(1, 5); change > 0 && mutant.Count > 0; change--)
        {
            // Most of what can go wrong is in headers.
            var at = random.Next(random.Next(3) > 0 ? Math.Min(mutant.Count, 3000) : mutant.Count);
            switch (random.Next(6))
            {
                case 0:
                    mutant[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutant[at] = (byte)(mutant[at] ^ (1 << random.Next(8)));
                    break;
                case 2:
                    mutant.RemoveRange(at, Math.Min(random.Next(1, 40), mutant.Count - at));
                    break;
                case 3:
                    mutant.InsertRange(at, Enumerable.Range(0, random.Next(1, 40)).Select(_ => (byte)random.Next(256)).ToList());
                    break;
                case 4 when random.Next(4) == 0:
                    mutant.RemoveRange(at, mutant.Count - at);
                    break;
                default:
                    for (var i = at; i < Math.Min(at + 4, mutant.Count); i++)
                    {
                        mutant[i] = (byte)(random.Next(2) == 0 ? 0xFF : 0);
                    }

                    break;
            }
        }

        return [.. mutant];
    }

    private static string Keep(byte[] mutant, int number)
    {
        var path = Path.Combine(Path.GetTempPath(), $"tat-dicom-mutant-{number}.dcm");
        File.WriteAllBytes(path, mutant);
        return path;
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
