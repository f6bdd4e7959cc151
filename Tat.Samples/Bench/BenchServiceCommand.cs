using System.CommandLine;
using Spectre.Console;
using Tat.Samples.Commands;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Samples.Submission;
using Tat.Torch.Files.Writing;
using static Tat.Samples.Bench.Programs.Figure;

namespace Tat.Samples.Bench;

/// <summary><c>bench service</c>: a restoration service under load, beside the restorer alone on the same images.</summary>
internal static class BenchServiceCommand
{
    public static Command Create(Terminal terminal)
    {
        var server = SubmitCommand.Server();
        var beside = SubmitCommand.Server("--beside", "Another service, which takes turns with the first.", required: false);
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
            "service", "Measures a restoration service under load, by turns with the restorer alone, on the same images.")
            {
                server, beside, clients, seconds, sizes, json,
            };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = SubmitCommand.Open(parsed.GetRequiredValue(server));
            using var other = parsed.GetValue(beside) is { } address ? SubmitCommand.Open(address) : null;
            ServiceClient[] services = other is null ? [client] : [client, other];
            foreach (var service in services)
            {
                await service.CheckAsync(cancellationToken);
            }

            using var folder = new WorkFolder();
            var load = new ServiceLoad(services, folder, parsed.GetRequiredValue(sizes));
            var duration = TimeSpan.FromSeconds(parsed.GetValue(seconds));
            var rows = await load.MeasureAsync(parsed.GetValue(clients), duration, cancellationToken);
            Show(terminal, rows, parsed.GetValue(json));
            return rows.All(row => row.Failures == 0) ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static void Show(Terminal terminal, IReadOnlyList<ServiceLoadRow> rows, bool json)
    {
        if (json)
        {
            terminal.Json(rows);
            return;
        }

        var table = new Table()
            .AddColumns("Service", "Images", "Per second", "Alone", "Share", "Asked to wait", "Failures", "MB early", "MB late", "MB most");
        foreach (var row in rows)
        {
            table.AddRow(row.Server, Text(row.Images, "D"), Text(row.PerSecond, "F2"), Text(row.AlonePerSecond, "F2"),
                Text(row.PerSecond / row.AlonePerSecond, "P0"), Text(row.Refusals, "D"), Text(row.Failures, "D"),
                Text(row.EarlyMegabytes, "F0"), Text(row.LateMegabytes, "F0"), Text(row.PeakMegabytes, "F0"));
        }

        terminal.Write(table);
    }
}
