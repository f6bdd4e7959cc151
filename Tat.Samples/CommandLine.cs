using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tat.Samples.Bench;
using Tat.Samples.Commands;
using Tat.Samples.Shell;

namespace Tat.Samples;

/// <summary>The program: parses the arguments, runs the command, and turns failures into one line and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="arguments">As typed after the program's name.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>0 done, 1 failed or cancelled, 2 wrong usage.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        // Numbers are read as they are written, whatever the language of the machine.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var parsed = Create(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                terminal.Error(error.Message);
            }

            terminal.Error("Add --help to see how it is used.");
            return ExitCodes.WrongUsage;
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
            return ExitCodes.Failed;
        }
        catch (Exception exception)
        {
            // TAT_TRACE=1 is for whoever looks for the cause in the code.
            terminal.Error(Environment.GetEnvironmentVariable("TAT_TRACE") is "1" ? exception.ToString() : FailureText.Of(exception));
            return ExitCodes.Failed;
        }
    }

    /// <summary>All commands with their options.</summary>
    /// <param name="terminal">Where they write.</param>
    public static RootCommand Create(Terminal terminal)
    {
        var root = CreateRoot(terminal);
        CheckNumbers(root);
        return root;
    }

    /// <summary>
    /// Says in one line what is no number. .NET takes a comma for one between thousands, so that 0,001 would be 1; and what options and
    /// commands demand of values is asked only of those that can be read.
    /// </summary>
    private static void CheckNumbers(Command command)
    {
        var numbers = command.Options.Where(option => IsNumber(option) is not null).ToList();
        foreach (var option in numbers)
        {
            Action<OptionResult>[] demands = [.. option.Validators];
            option.Validators.Clear();
            option.Validators.Add(result =>
            {
                if (OtherThanNumber(option, result) is { } other)
                {
                    result.AddError($"'{other}' is no number for {option.Name}: write "
                        + (option.ValueType == typeof(double) || option.ValueType == typeof(double?)
                            ? "it with a point, as in 0.5." : "a whole one, as in 5."));
                    return;
                }

                Array.ForEach(demands, demand => demand(result));
            });
        }

        Action<CommandResult>[] rules = [.. command.Validators];
        command.Validators.Clear();
        command.Validators.Add(result =>
        {
            if (!numbers.Exists(option => result.GetResult(option) is { } given && OtherThanNumber(option, given) is not null))
            {
                Array.ForEach(rules, rule => rule(result));
            }
        });
        foreach (var inner in command.Subcommands)
        {
            CheckNumbers(inner);
        }
    }

    private static string? OtherThanNumber(Option option, OptionResult result) =>
        result.Tokens.FirstOrDefault(token => !IsNumber(option)!(token.Value))?.Value;

    /// <summary>What tells numbers of the type of an option; <see langword="null"/> for options that take none.</summary>
    private static Func<string, bool>? IsNumber(Option option) => option.ValueType switch
    {
        var type when type == typeof(double) || type == typeof(double?) => IsFraction,
        var type when type == typeof(int) || type == typeof(int?) => text => int.TryParse(text, out _),
        var type when type == typeof(long) || type == typeof(long?) => text => long.TryParse(text, out _),
        var type when type == typeof(ulong) || type == typeof(ulong?) => text => ulong.TryParse(text, out _),
        _ => null,
    };

    private static bool IsFraction(string text) =>
        !text.Contains(',', StringComparison.Ordinal) && double.TryParse(text, CultureInfo.InvariantCulture, out _);

    private static RootCommand CreateRoot(Terminal terminal) =>
        new("Restores medical images with the Task-Adaptive Transformer: PET synthesis, CT denoising, MRI super-resolution.")
        {
            QuickstartCommand.Create(terminal),
            TrainCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            SubmitCommand.Create(terminal),
            WriteBackCommand.Create(terminal),
            EvaluateCommand.Create(terminal),
            SimulateCommand.Create(terminal),
            InspectCommand.Create(terminal),
            ReportCommand.Create(terminal),
            EvidenceCommand.Create(terminal),
            CalibrateCommand.Create(terminal),
            ExportCommand.Create(terminal),
            ImportCommand.Create(terminal),
            AblateCommand.Create(terminal),
            ApplyOnnxCommand.Create(terminal),
            BenchCommand.Create(terminal),
        };
}
