
namespace Tat.Tests.Formats.Dicom;

/// <summary>
/// Damages what is read: flipped, cut, inserted and exchanged bytes. Many more mutants than in the suite are read with
/// <c>TAT_FUZZ_MUTANTS=200000 dotnet test --filter "FullyQualifiedName~FuzzTests"</c>; <c>TAT_FUZZ_SEED</c> chooses others.
/// </summary>
internal static class Mutants
{
    private const int Count = 5000;
    private const long AllowedBytes = 64 << 20;

    /// <summary>
    /// Reading takes milliseconds. The limit is a second of the processor in a run of its own; among other tests, whose time counts too, it
    /// leaves room for them.
    /// </summary>
    private static readonly TimeSpan _longest =
        TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("TAT_FUZZ_MUTANTS") is null ? 20 : 1);

    /// <summary>Reads mutants, each of which is read or refused, with little memory and time.</summary>
    /// <typeparam name="TRefusal">The documented exception.</typeparam>
    /// <param name="kind">What is damaged, for the names of files.</param>
    /// <param name="sources">What is right.</param>
    /// <param name="header">Bytes at the beginning where most of what can go wrong is.</param>
    /// <param name="read">Reads a mutant.</param>
    public static void Read<TRefusal>(string kind, IReadOnlyList<byte[]> sources, int header, Action<byte[]> read)
        where TRefusal : Exception
    {
        var random = new Random(TestRun.Number("TAT_FUZZ_SEED", 20250101));
        for (var i = 0; i < TestRun.Number("TAT_FUZZ_MUTANTS", Count); i++)
        {
            var source = random.Next(sources.Count);
            var mutant = Mutate(sources[source], header, random);
            void Fail(string what) =>
                Assert.Fail($"Mutant {i} of {kind} {source}, kept as {Keep(mutant, kind, i)}, of {mutant.Length} bytes: {what}");

            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Environment.CpuUsage.TotalTime;
            try
            {
                read(mutant);
            }
            catch (TRefusal)
            {
            }
            catch (Exception exception)
            {
                Fail(exception.ToString());
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > mutant.Length + AllowedBytes)
            {
                Fail($"took {allocated} bytes.");
            }

            var taken = Environment.CpuUsage.TotalTime - clock;
            if (taken > _longest)
            {
                Fail($"took {taken}.");
            }
        }
    }

    private static byte[] Mutate(byte[] source, int header, Random random)
    {
        var mutant = source.ToList();
        for (var change = random.Next(1, 5); change > 0 && mutant.Count > 0; change--)
        {
            // Most of what can go wrong is in headers.
            var at = random.Next(random.Next(3) > 0 ? Math.Min(mutant.Count, header) : mutant.Count);
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

    private static string Keep(byte[] mutant, string kind, int number)
    {
        var path = Path.Combine(TestRun.Outside, $"tat-{kind}-mutant-{number}");
        File.WriteAllBytes(path, mutant);
        return path;
    }
}
