using System.Globalization;
using Tat.Samples.Bench.Programs;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench.Forward;

/// <summary>What the machine does at best: the rates that no forward pass can beat.</summary>
/// <param name="ProductMilliseconds">The fastest large matrix product.</param>
/// <param name="CopyMilliseconds">The fastest large copy.</param>
internal readonly record struct MachineRates(double ProductMilliseconds, double CopyMilliseconds)
{
    private const int Repetitions = 8;

    /// <summary>The best of all that was measured.</summary>
    public static MachineRates Of(IEnumerable<ForwardRun> products, IEnumerable<ForwardRun> copies) =>
        new(products.SelectMany(run => run.Milliseconds).Min(), copies.SelectMany(run => run.Milliseconds).Min());

    /// <summary>Measures once, in processes of their own.</summary>
    /// <param name="folder">Receives an empty file.</param>
    /// <param name="threads">Threads of each process.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="instructions">The instructions that they may use; <see langword="null"/> for all.</param>
    public static MachineRates Measure(
        string folder, int threads, CancellationToken cancellationToken, InstructionSet? instructions = null)
    {
        var nothing = Path.Combine(folder, "nothing");
        File.WriteAllBytes(nothing, []);
        return Of([Run(ForwardRun.Products)], [Run(ForwardRun.Copies)]);

        ForwardRun Run(string what) => BenchProcess.Run<ForwardRun>(
            (instructions ?? InstructionSet.All).Limit(BenchProcess.Own(
                tuned: true, BenchForwardCommand.OneName, "--what", what, "--model", nothing, "--image", nothing, "--out", nothing,
                "--size", "1", "--repeat", Text(Repetitions), "--threads", Text(threads))),
            cancellationToken);
    }

    /// <summary>The better of each.</summary>
    public MachineRates Best(MachineRates other) =>
        new(Math.Min(ProductMilliseconds, other.ProductMilliseconds), Math.Min(CopyMilliseconds, other.CopyMilliseconds));

    /// <summary>The milliseconds that a forward pass takes at these rates.</summary>
    public double Floor(NetworkCost cost) => Math.Max(
        cost.MultiplyAccumulates / ForwardRun.ProductMultiplyAccumulates * ProductMilliseconds,
        cost.Bytes / ForwardRun.CopyTraffic * CopyMilliseconds);

    /// <summary>The rates in the units of the trade.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{2 * ForwardRun.ProductMultiplyAccumulates / ProductMilliseconds / 1e6:F0} GFLOP/s, copies at "
        + $"{ForwardRun.CopyTraffic / CopyMilliseconds / 1e6:F1} GB/s");
}
