extern alias MicrosoftMLCore;

using Microsoft.ML.Runtime;
using ICancelable = MicrosoftMLCore::Microsoft.ML.Runtime.ICancelable;

namespace Tat.MLNet.ModelIO;

/// <summary>
/// A token that is cancelled when a user's token is, or soon after <c>MLContext.CancelExecution</c>, which ML.NET lets nobody wait for.
/// </summary>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    /// <param name="environment">Whose cancellation counts.</param>
    /// <param name="name">What to call the work.</param>
    /// <param name="token">The user's token.</param>
    public HostCancellation(IHostEnvironment environment, string name, CancellationToken token)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
        var host = (ICancelable)environment.Register(name);
        _timer = new(_ =>
        {
            if (host.IsCanceled)
            {
                _source.Cancel();
            }
        }, null, TimeSpan.Zero, _period);
    }

    /// <summary>The token.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        using var stopped = new ManualResetEvent(false);
        if (_timer.Dispose(stopped))
        {
            stopped.WaitOne();
        }

        _source.Dispose();
    }
}
