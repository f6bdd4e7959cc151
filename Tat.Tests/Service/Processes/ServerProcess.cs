using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tat.Tests.Service;

/// <summary>A server of the system, with data of its own, on a port of this machine alone.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly ProcessStartInfo _start;
    private readonly int _port;
    private Process _process;

    private ServerProcess(ProcessStartInfo start, int port) => (_start, _port, _process) = (start, port, Start(start));

    /// <summary>Starts a program, and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(
        int port, string log, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        // A group of processes of its own, which ends as a whole.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(start, port);
        try
        {
            await server.ListensAsync(log);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Kills it and starts it again.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAgainAsync();
    }

    /// <summary>Starts it again after it has ended.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start(_start);
        await ListensAsync("its log");
    }

    public Task KillAsync() => SignalAsync("KILL");

    /// <summary>Asks it to end, and waits until it has.</summary>
    public Task StopAsync() => SignalAsync("TERM");

    public void Dispose() => KillAsync().GetAwaiter().GetResult();

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", "--", string.Create(CultureInfo.InvariantCulture, $"-{_process.Id}")]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    private static Process Start(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        ProcessWatch.Start(-process.Id);
        return process;
    }

    private async Task ListensAsync(string log)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(100);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"The server did not start: {(File.Exists(log) ? File.ReadAllText(log) : log)}");
            }
        }
    }
}
