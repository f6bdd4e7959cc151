using System.CommandLine;
using Tat.Samples.Bench.Forward;
using Tat.Samples.Shell;

namespace Tat.Samples.Bench;

/// <summary><c>bench</c>: measures speed and memory on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal) => new("bench", "Measures speed and memory on this machine.")
    {
        BenchForwardCommand.Create(terminal),
        BenchForwardCommand.CreateOne(terminal),
        BenchTrainCommand.Create(terminal),
        BenchTrainCommand.CreateOne(terminal),
        BenchScoreCommand.Create(terminal),
        BenchScoreCommand.CreateOne(terminal),
        BenchRestoreCommand.Create(terminal),
        BenchSoakCommand.Create(terminal),
        BenchServeCommand.Create(terminal),
        BenchServiceCommand.Create(terminal),
    };
}
