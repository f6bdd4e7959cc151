using Tat.MLNet.Serving;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds image restoration to the services of an application.</summary>
public static class TatRestorationServices
{
    /// <summary>Adds a <see cref="RestorationPool"/> as a singleton; the model is loaded when the pool is asked for first.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says what to serve; at least <see cref="TatRestorationOptions.ModelPath"/>.</param>
    public static IServiceCollection AddTatRestoration(this IServiceCollection services, Action<TatRestorationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton(_ =>
        {
            var options = new TatRestorationOptions();
            configure(options);
            return new RestorationPool(options);
        });
    }
}
