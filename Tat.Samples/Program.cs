using System.Runtime.InteropServices;
using Tat.Samples;
using Tat.Samples.Bench.Programs;
using Tat.Samples.Shell;
using Tat.Torch.Runtime;

// This process is all ours: on Linux, keeping freed memory makes it up to twice as fast. The bench commands measure how much.
if (Environment.GetEnvironmentVariable(BenchProcess.AllocatorVariable) is not BenchProcess.AsItComes)
{
    MemoryAllocator.Tune();
}

using var interruption = new Interruption(TimeProvider.System);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = interruption.Take(isUrgent: true));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = interruption.Take(isUrgent: false));

return await CommandLine.RunAsync(
    args, new Terminal(Console.Out, Console.Error, isInteractive: !Console.IsOutputRedirected), interruption.Token);
