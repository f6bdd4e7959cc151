namespace Tat.Torch.Runtime;

/// <summary>
/// A cancellation token for calls whose way leads through code that knows none, such as a prediction engine of ML.NET; it holds on the
/// thread that makes the call.
/// </summary>
internal static class CallCancellation
{
    [ThreadStatic]
    private static CancellationToken _current;

    /// <summary>The token that is given, or that of the call around it.</summary>
    public static CancellationToken Or(CancellationToken given) => given.CanBeCanceled ? given : _current;

    /// <summary>Makes a call.</summary>
    public static T Call<T>(CancellationToken cancellationToken, Func<T> call)
    {
        var outer = _current;
        _current = cancellationToken;
        try
        {
            return call();
        }
        finally
        {
            _current = outer;
        }
    }
}
