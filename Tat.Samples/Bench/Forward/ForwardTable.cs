using Spectre.Console;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shell;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench.Forward;

/// <summary>The table of <c>bench forward</c>, and what follows from it.</summary>
internal static class ForwardTable
{
    private static readonly int[] _moreThreads = [4, 8, 16];

    /// <summary>Prints it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="rows">Its lines.</param>
    /// <param name="other">The other checkout that took turns, or none.</param>
    /// <param name="threads">Threads of each process.</param>
    public static void Show(Terminal terminal, List<ForwardRow> rows, OtherCheckout? other, int threads)
    {
        var table = new Table().AddColumns("Image", "Program", "ms", "Times floor", "Peak memory MB", "Difference", "PSNR dB");
        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Size} × {row.Size}", row.Program, Text(row.Milliseconds, "F0"), Text(row.TimesFloor, "F2"),
                row.PeakMegabytes > 0 ? Text(row.PeakMegabytes, "F0") : "",
                row.Difference is { } difference ? Text(difference.Largest, "G2") : "",
                row.Difference?.Psnr is { } psnr ? Text(psnr, "F1") : "");
        }

        terminal.Write(table);
        terminal.Line("Medians over turns; of operators by themselves the best. The floor is the multiply-accumulates at the rate of the "
            + "machine's best large matrix product, measured in the same turns; differences are those to the first row below the floor.");
        foreach (var size in rows.GroupBy(row => row.Size))
        {
            var own = size.Single(row => row.Program == ForwardBench.This);
            if (size.FirstOrDefault(row => row.Program == other?.Title) is { } old)
            {
                terminal.Line(FormattableString.Invariant(
                    $"{size.Key} × {size.Key}: {old.Milliseconds / own.Milliseconds:F2} times the speed of {old.Program}."));
            }

            if (size.FirstOrDefault(row => row.Program == ForwardBench.OneThread) is { } single && threads > 1)
            {
                var floors = size.Single(row => row.Program == ForwardBench.OneThreadFloor).TimesFloor;
                terminal.Line($"{size.Key} × {size.Key}: {Scaling(single.Milliseconds / own.Milliseconds, floors, threads)}");
            }
        }
    }

    /// <summary>What several threads give, and by Amdahl's law what more would.</summary>
    private static string Scaling(double speed, double floors, int threads)
    {
        // speed = 1 / (s + (1 − s) / threads), where the share s of the work has one thread.
        var alone = Math.Clamp(((threads / speed) - 1) / (threads - 1), 0, 1);
        var more = _moreThreads.Where(count => count > threads)
            .Select(count => FormattableString.Invariant($"{count} {1 / (alone + ((1 - alone) / count)):F1}"));
        return FormattableString.Invariant($"{threads} threads are {speed:F2} times as fast as one (the machine's best ")
            + FormattableString.Invariant($"product: {floors:F2} times); by Amdahl's law, not by measurement, ")
            + $"{string.Join(", ", more)} times.";
    }
}
