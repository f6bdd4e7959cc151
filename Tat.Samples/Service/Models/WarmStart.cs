using Microsoft.Extensions.Options;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Models;

/// <summary>Loads all models before anything is asked of them, and checks what the rules ask of each.</summary>
internal sealed class WarmStart(ServedModels models, IOptions<ServiceOptions> options) : IHostedService
{
    /// <exception cref="InvalidOperationException">A rule names a task that its model has not learnt; the message says which there
    /// are.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var tasks = models.Names.ToDictionary(name => name, name => models[name].Tasks, StringComparer.OrdinalIgnoreCase);
        foreach (var (number, rule) in options.Value.Dicom.Rules.Index())
        {
            var known = tasks[rule.Model ?? ServiceOptions.DefaultModel];
            ServiceOptions.Require(rule.Task is null || known.TryGet(rule.Task, out _),
                $"{nameof(ServiceOptions.Dicom)}:{nameof(DicomOptions.Rules)}:{number}:{nameof(rule.Task)}",
                $"use one of {string.Join(", ", known)}, or leave it out");
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
