using FellowOakDicom.Network;

namespace Tat.MLNet.FoDicom;

/// <summary>
/// A DICOM node (SCP) that takes objects by C-STORE (PS3.4, annex B) and answers C-ECHO; each object is given to the program as a file.
/// </summary>
/// <remarks>Objects are stored when the program says so, and not before: a sender that gets no answer sends again.</remarks>
public sealed class DicomReceiver : IDisposable
{
    private readonly IDicomServer _server;

    /// <summary>Begins to listen.</summary>
    /// <param name="options">Where, and to whom.</param>
    /// <param name="take">
    /// Is given each object: a file, which is deleted afterwards where it is still there, and the AE title of the sender. Answers whether
    /// the object is stored; where it throws, the sender is told that it is not.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The port is not between 1 and 65535.</exception>
    /// <exception cref="IOException">Nothing can be listened to at that address and port.</exception>
    public DicomReceiver(DicomReceiverOptions options, Func<string, string, Task<bool>> take)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(take);
        options.Validate();
        _server = DicomServerFactory.Create<StoreService>(options.Address, options.Port, userState: new StoreContext(options, take));
        if (_server.Exception is { } problem)
        {
            _server.Dispose();
            throw new IOException($"The address {options.Address}:{options.Port} cannot be listened to: {problem.Message}", problem);
        }
    }

    /// <summary>Stops listening; associations that are open end.</summary>
    public void Dispose() => _server.Dispose();
}
