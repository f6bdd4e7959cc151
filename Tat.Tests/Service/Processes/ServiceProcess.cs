using System.Diagnostics;
using System.Globalization;

namespace Tat.Tests.Service;

/// <summary>The service in a process of its own, which can be killed.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const string Listening = "Now listening on: ", Begins = " begins (", Job = "Job ";

    private readonly Process _process;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];

    /// <summary>Starts it on a free port.</summary>
    public ServiceProcess(string data, params string[] settings)
    {
        _process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Tat.Samples.Service"),
            ["--urls=http://127.0.0.1:0", $"--Service:Data={data}", "--Service:MinimumFreeBytes=0", .. settings])
        {
            RedirectStandardOutput = true,
        })!;
        ProcessWatch.Start(_process.Id);
        _ = ReadAsync();
    }

    /// <summary>Whether it is in the middle of a job.</summary>
    public bool IsRestoring
    {
        get
        {
            lock (_log)
            {
                return _log.LastOrDefault(line => line.Contains(Job, StringComparison.Ordinal))?.Contains(Begins, StringComparison.Ordinal)
                    == true;
            }
        }
    }

    /// <summary>Where it listens, once it does.</summary>
    public Task<string> AddressAsync() => _address.Task;

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public Task KillAsync() => EndAsync("KILL");

    /// <summary>Sends a signal that ends it, and waits until it has ended.</summary>
    public async Task EndAsync(string signal)
    {
        Signal(signal);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.Add(line);
            }

            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                _address.TrySetResult(line[(at + Listening.Length)..].Trim());
            }
        }

        _address.TrySetException(new InvalidOperationException($"The service did not start:\n{string.Join('\n', _log)}"));
    }
}
