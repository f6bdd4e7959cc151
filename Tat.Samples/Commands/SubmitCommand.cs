using System.CommandLine;
using System.Globalization;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Samples.Submission;

namespace Tat.Samples.Commands;

/// <summary><c>submit ARCHIVE --server URL</c>: lets a restoration service restore an archive, folder by folder.</summary>
internal static class SubmitCommand
{
    private const string KeyVariable = "TAT_SERVICE_KEY";

    public static Command Create(Terminal terminal)
    {
        var archive = new Argument<string>("archive") { Description = "A folder with images, in subfolders of any structure." };
        var server = Server();
        var task = CommonOptions.Task(required: false);
        var urgent = new Option<bool>("--urgent") { Description = "Put the jobs ahead of all waiting batch jobs." };
        var factor = CommonOptions.Factor();
        var inference = new InferenceOptions();
        var uncertainty = CommonOptions.Uncertainty();
        var output = new Option<string>("--out")
        {
            Description = "A folder for the results, which are named after their sources; by default they stay on the service.",
        };
        var json = CommonOptions.Json();
        var command = new Command("submit", "Sends an archive to a restoration service and waits for it: a job for the DICOM files of each "
            + "folder, and for each other image. If it is sent again, no job is created twice.")
        {
            archive, server, task, urgent, factor, uncertainty, output, json,
        };
        inference.AddVariantsTo(command);
        command.Validators.Add(
            result => CommonOptions.CheckTogether(result, inference.Changing.Select(option => (option, (Option)uncertainty))));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Path.GetFullPath(parsed.GetRequiredValue(archive));
            if (!Directory.Exists(folder))
            {
                throw new DirectoryNotFoundException($"'{folder}' is not a folder; name the one that contains the archive.");
            }

            if (parsed.GetValue(output) is { } results)
            {
                CommonOptions.CheckResults(overwrite: true, Path.Combine(results, "result"));
            }

            var fields = new Dictionary<string, string>
            {
                ["priority"] = parsed.GetValue(urgent) ? "urgent" : "batch",
                ["strength"] = inference.Strength(parsed).ToString(CultureInfo.InvariantCulture),
            };

            // What is left out stays out: with other fields, what was sent before would be sent again.
            (string Name, string? Value)[] others =
            [
                ("task", parsed.GetValue(task)), ("factor", parsed.GetValue(factor)?.ToString()),
                ("ensemble", inference.Ensemble(parsed) ? "true" : null), ("localMeans", inference.LocalMeans(parsed) ? "true" : null),
                ("uncertainty", parsed.GetValue(uncertainty) ? "true" : null),
            ];
            foreach (var (name, value) in others)
            {
                if (value is not null)
                {
                    fields[name] = value;
                }
            }

            using var client = Open(parsed.GetRequiredValue(server));
            await client.CheckAsync(cancellationToken);
            var submission = new ArchiveSubmission(client, folder, fields, parsed.GetValue(output));
            var summary = terminal.Track("Restoring the archive",
                progress => submission.RunAsync(progress, terminal.Error, cancellationToken).GetAwaiter().GetResult(),
                parsed.GetValue(json));
            if (parsed.GetValue(json))
            {
                terminal.Json([summary]);
            }
            else
            {
                terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{summary.Done} of {summary.Sent} jobs done"));
            }

            return summary.Failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    /// <summary>Where the service is.</summary>
    public static Option<Uri> Server() => Server("--server",
        $"The address of the service. If it requires a key, put it into the environment variable {KeyVariable}.", required: true);

    /// <summary>Where a service is.</summary>
    public static Option<Uri> Server(string name, string description, bool required) => new(name)
    {
        Description = description,
        Required = required,
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            {
                return address;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not the address of a service; give one such as http://localhost:5000.");
            return null;
        },
    };

    /// <summary>Makes a client of a service.</summary>
    public static ServiceClient Open(Uri server) => new(server, Environment.GetEnvironmentVariable(KeyVariable));
}
