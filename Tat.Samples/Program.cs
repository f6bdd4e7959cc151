using System.Runtime.InteropServices;
using Tat.Samples;
using Tat.Samples.Bench;
using Tat.Samples.Shell;
using Tat.Torch.Runtime;

// This process is all ours: on Linux, keeping freed memory makes it up to twice as fast. The bench commands measure how much.
if (Environment.GetEnvironmentVariable(BenchProcess.AllocatorVariable) is not BenchProcess.AsItComes)
{
    MemoryAllocator.Tune();
}

// Ctrl-C once asks a command to stop, which leaves nothing half-written; a second one ends the process.
using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

return await CommandLine.RunAsync(args, new Terminal(Console.Out, Console.Error, isInteractive: !Console.IsOutputRedirected), cancellation.Token);

void Cancel(PosixSignalContext context)
{
    context.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
}
