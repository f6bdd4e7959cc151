using Microsoft.Extensions.Options;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Models;

/// <summary>Loads all models before anything is asked of them, and checks what the rules ask of each.</summary>
internal sealed class WarmStart(ServedModels models, IOptions<ServiceOptions> options) : IHostedService
{
    /// <exception cref="InvalidOperationException">A rule asks for what its model cannot do, such as a task that it has not learnt; the
    /// message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var tasks = models.Names.ToDictionary(name => name, name => models[name].Tasks, StringComparer.OrdinalIgnoreCase);
        foreach (var (number, rule) in options.Value.Dicom.Rules.Index())
        {
            var known = tasks[rule.Model ?? ServiceOptions.DefaultModel];
            Require(rule.Task is null || known.TryGet(rule.Task, out _), nameof(rule.Task),
                $"use one of {string.Join(", ", known)}, or leave it out");
            rule.Validate(models[rule.Model], rule.Modality, Require);

            void Require(bool holds, string choice, string advice) => ServiceOptions.Require(
                holds, $"{nameof(ServiceOptions.Dicom)}:{nameof(DicomOptions.Rules)}:{number}:{choice}", advice);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
