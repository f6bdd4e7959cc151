using System.Net;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Security;

/// <summary>Keeps a service without keys on its own machine.</summary>
internal static class PublicAddresses
{
    private static readonly string[] _ports = ["http_ports", "https_ports"];

    /// <summary>Refuses addresses that other machines reach, where no key is asked for.</summary>
    /// <exception cref="InvalidOperationException">There is one; the message says what to do.</exception>
    public static void Check(IConfiguration configuration, ServiceOptions options)
    {
        if (!options.AsksForKeys && !options.AllowAnonymous
            && In(configuration).FirstOrDefault(address => !IsLoopback(address)) is { } open)
        {
            throw new InvalidOperationException(
                $"The address '{open}' is reached from other machines, and no key is asked for: set {ServiceOptions.Section}:Keys, listen "
                + $"on localhost alone, or set {ServiceOptions.Section}:AllowAnonymous to true if everybody may use the service.");
        }
    }

    private static IEnumerable<string> In(IConfiguration configuration) =>
    [
        .. (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        .. _ports.SelectMany(name => (configuration[name] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
            .Select(port => $"http://*:{port}"),
        .. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>(),
    ];

    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host == "localhost" || host.StartsWith("unix:", StringComparison.Ordinal)
            || IPAddress.TryParse(host.Trim('[', ']'), out var number) && IPAddress.IsLoopback(number);
    }
}
