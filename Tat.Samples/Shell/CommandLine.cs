using System.CommandLine;
using System.Reflection;
using Tat.Samples.Commands;
using Tat.Torch.Files;

namespace Tat.Samples.Shell;

/// <summary>The program: parses the arguments, runs the command, and turns failures into one line and an exit code.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;
    private const int LongestMessage = 300;

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">As typed after the program's name.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0 done, 1 failed or cancelled, 2 wrong usage.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var parsed = CreateRoot(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Error(error.Message);
            }

            terminal.Error("Add --help to see how it is used.");
            return WrongUsage;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            terminal.Error("cancelled");
            return Failed;
        }
        catch (Exception exception)
        {
            // TAT_TRACE=1 is for whoever looks for the cause in the code.
            terminal.Error(Environment.GetEnvironmentVariable("TAT_TRACE") is "1" ? exception.ToString() : MessageOf(exception));
            return Failed;
        }
    }

    private static RootCommand CreateRoot(Terminal terminal) => new("Restores medical images with the Task-Adaptive Transformer: PET synthesis, CT denoising, MRI super-resolution.")
    {
        QuickstartCommand.Create(terminal),
        TrainCommand.Create(terminal),
        RestoreCommand.Create(terminal),
        EvaluateCommand.Create(terminal),
        SimulateCommand.Create(terminal),
        InspectCommand.Create(terminal),
        ReportCommand.Create(terminal),
        ExportCommand.Create(terminal),
        ImportCommand.Create(terminal),
        AblateCommand.Create(terminal),
        ApplyOnnxCommand.Create(terminal),
        BenchCommand.Create(terminal),
    };

    /// <summary>One line, without the parameter's name that .NET appends to it.</summary>
    public static string MessageOf(Exception exception)
    {
        var cause = exception;
        while (cause is AggregateException or TargetInvocationException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var message = cause is ArgumentException { ParamName: { } name } ? cause.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : cause.Message;
        return MessageText.OneLine(message, LongestMessage);
    }
}
