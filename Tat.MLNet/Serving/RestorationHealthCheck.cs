using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tat.Torch.Imaging;

namespace Tat.MLNet.Serving;

/// <summary>Whether a pool has a model that restores: it is loaded, and makes a finite image of a small one.</summary>
internal sealed class RestorationHealthCheck(Func<RestorationPool> pool) : IHealthCheck
{
    private const int Side = 16;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var served = pool();
            var task = served.Tasks[0];
            var (low, high) = (task.NormalizationRange.Minimum, task.NormalizationRange.Maximum);
            var pixels = Enumerable.Range(0, Side * Side).Select(i => (float)(low + ((high - low) * (i % Side) / Side))).ToArray();
            await served.RestoreAsync(new(new ImageSlice(pixels, Side, Side), task.Name), cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy(served.Card.Title, new Dictionary<string, object>
            {
                ["tasks"] = string.Join(", ", served.Tasks),
                ["hash"] = served.ModelHash ?? "",
            });
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return new(context.Registration.FailureStatus, "The model cannot be served.", problem);
        }
    }
}
