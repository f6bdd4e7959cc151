using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tat.MLNet.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds image restoration to the services of an application.</summary>
public static class TatRestorationServices
{
    /// <summary>Adds a <see cref="RestorationPool"/> as a singleton; the model is loaded when the pool is asked for first.</summary>
    /// <param name="services">The services. Their logging, where there is any, is told of models and failures.</param>
    /// <param name="configure">Says what to serve; at least <see cref="TatRestorationOptions.ModelPath"/>. The options are validated when
    /// the host starts.</param>
    public static IServiceCollection AddTatRestoration(this IServiceCollection services, Action<TatRestorationOptions> configure) =>
        AddOptions(services, Options.Options.DefaultName, configure)
            .AddSingleton(provider => Create(provider, Options.Options.DefaultName));

    /// <summary>Adds one of several pools under a name, as a keyed singleton: <c>[FromKeyedServices("name")] RestorationPool</c>.</summary>
    /// <param name="services">The services. Their logging, where there is any, is told of models and failures.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="configure">Says what to serve; at least <see cref="TatRestorationOptions.ModelPath"/>. The options are validated when
    /// the host starts.</param>
    public static IServiceCollection AddTatRestoration(
        this IServiceCollection services, string name, Action<TatRestorationOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return AddOptions(services, name, configure).AddKeyedSingleton(name, (provider, _) => Create(provider, name));
    }

    /// <summary>
    /// Adds a health check, which loads the pool's model where that has not been done, and restores a small image with it.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of a pool, or <see langword="null"/> for the one without a name.</param>
    /// <param name="tags">Tells this check from others, for example <c>ready</c>.</param>
    public static IHealthChecksBuilder AddTatRestoration(this IHealthChecksBuilder builder, string? name = null, params string[] tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name is null ? "tat" : $"tat-{name}",
            provider => new RestorationHealthCheck(() => name is null
                ? provider.GetRequiredService<RestorationPool>()
                : provider.GetRequiredKeyedService<RestorationPool>(name)),
            HealthStatus.Unhealthy,
            tags));
    }

    private static IServiceCollection AddOptions(IServiceCollection services, string name, Action<TatRestorationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<TatRestorationOptions>(name).Configure(configure).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<TatRestorationOptions>>(new Validation(name));
    }

    private static RestorationPool Create(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IOptionsMonitor<TatRestorationOptions>>().Get(name),
        provider.GetService<ILogger<RestorationPool>>());

    private sealed class Validation(string served) : IValidateOptions<TatRestorationOptions>
    {
        public ValidateOptionsResult Validate(string? name, TatRestorationOptions options)
        {
            if (name != served)
            {
                return ValidateOptionsResult.Skip;
            }

            try
            {
                options.Validate();
                return ValidateOptionsResult.Success;
            }
            catch (ArgumentOutOfRangeException problem)
            {
                return ValidateOptionsResult.Fail(problem.Message);
            }
        }
    }
}
