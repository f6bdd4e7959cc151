using Microsoft.Extensions.Options;
using Tat.MLNet.Serving;
using Tat.Samples.Service.Settings;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Service.Models;

/// <summary>The models that restore, by the names that requests and rules give them.</summary>
public sealed class ServedModels(IServiceProvider services, IOptions<ServiceOptions> options)
{
    /// <summary>The names, that of the default first.</summary>
    public IReadOnlyList<string> Names =>
        [ServiceOptions.DefaultModel, .. options.Value.Models.Keys.Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>A model.</summary>
    /// <param name="name">Its name; <see langword="null"/> for the default.</param>
    /// <exception cref="ServiceProblem">There is none of that name; the message lists those that there are.</exception>
    public RestorationPool this[string? name] => NameOf(name) is { } further
        ? services.GetRequiredKeyedService<RestorationPool>(further)
        : services.GetRequiredService<RestorationPool>();

    /// <summary>A name as the settings write it; <see langword="null"/> for that of the default.</summary>
    /// <exception cref="ServiceProblem">There is no model of that name; the message lists those that there are.</exception>
    public string? NameOf(string? name) => string.IsNullOrEmpty(name)
        || name.Equals(ServiceOptions.DefaultModel, StringComparison.OrdinalIgnoreCase) ? null
        : options.Value.Models.Keys.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ServiceProblem(StatusCodes.Status400BadRequest, $"There is no model '{name}'; use {string.Join(", ", Names)}.")
            {
                Field = "model",
            };

    /// <summary>Adds all models that the settings name.</summary>
    internal static void AddTo(IServiceCollection services, ServiceOptions options)
    {
        services.AddTatRestoration(pool => Configure(pool, options.Model, options));
        foreach (var (name, path) in options.Models)
        {
            services.AddTatRestoration(name, pool => Configure(pool, path, options));
        }

        services.AddSingleton<ServedModels>();
        services.AddHostedService<WarmStart>();
    }

    private static void Configure(TatRestorationOptions pool, string path, ServiceOptions options)
    {
        var isInBox = TatPretrained.IsMeantBy(path);
        (pool.ModelPath, pool.UseOnnxRuntime, pool.ReloadWhenChanged) = (path, isInBox && options.Torch is null, !isInBox);
        pool.GpuDeviceId = options.GpuDeviceId;
        (pool.MaximumScans, pool.Threads) = (2 * options.Concurrency, options.Threads > 0 ? options.Threads : null);
    }
}
