using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.Samples.Commands;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files.Writing;

namespace Tat.Samples.Bench;

/// <summary><c>bench service</c>: a restoration service under load, beside the restorer alone on the same images.</summary>
internal static class BenchServiceCommand
{
    public static Command Create(Terminal terminal)
    {
        var server = SubmitCommand.Server();
        var clients = new Option<int>("--clients")
        {
            Description = "Clients, each of which sends an image, waits for its result, gets and removes it.",
            DefaultValueFactory = _ => 8,
        };
        var seconds = new Option<int>("--seconds") { Description = "How long they do so.", DefaultValueFactory = _ => 120 };
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Sides of the images, which take turns.",
            DefaultValueFactory = _ => [128, 256, 192, 512],
            AllowMultipleArgumentsPerToken = true,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "service", "Measures a restoration service under load, by turns with the restorer alone on the same images.")
            {
                server, clients, seconds, sizes, json,
            };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = SubmitCommand.Open(parsed.GetRequiredValue(server));
            await client.CheckAsync(cancellationToken);
            using var folder = new WorkFolder();
            var load = new ServiceLoad(client, folder, parsed.GetRequiredValue(sizes));
            var duration = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var row = await load.MeasureAsync(parsed.GetValue(clients), duration, cancellationToken);
            Show(terminal, row, parsed.GetValue(json));
            return row.Failures == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static void Show(Terminal terminal, ServiceLoadRow row, bool json)
    {
        if (json)
        {
            terminal.Json([row]);
            return;
        }

        terminal.Write(new Table()
            .AddColumns("Images", "Per second", "Alone", "Share", "Asked to wait", "Failures", "MB early", "MB late", "MB at most")
            .AddRow(Text(row.Images, "D"), Text(row.PerSecond, "F2"), Text(row.AlonePerSecond, "F2"),
                Text(row.PerSecond / row.AlonePerSecond, "P0"), Text(row.Refusals, "D"), Text(row.Failures, "D"),
                Text(row.EarlyMegabytes, "F0"), Text(row.LateMegabytes, "F0"), Text(row.PeakMegabytes, "F0")));
    }

    private static string Text(IFormattable value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
