using Microsoft.Extensions.Options;
using Tat.MLNet.FoDicom;
using Tat.MLNet.Formats;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Series;

/// <summary>Takes objects that other systems send by C-STORE, where the settings have a node.</summary>
internal sealed partial class NodeWatch(
    SeriesReceiver receiver, JobFolders folders, IOptions<ServiceOptions> options, ILogger<NodeWatch> log,
    DicomListener? listen = null) : IHostedService, IDisposable
{
    private readonly DicomNode _node = options.Value.Dicom.Node;
    private IDisposable? _receiver;

    /// <exception cref="InvalidOperationException">There is to be a node, and the service was built without fo-dicom.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_node.Port is { } port)
        {
            try
            {
                _receiver = (listen ?? Listen)(OptionsOf(port), TakeAsync);
            }
            catch (Exception problem) when (problem is FileNotFoundException or TypeInitializationException)
            {
                throw new InvalidOperationException($"The setting {ServiceOptions.Section}:{nameof(ServiceOptions.Dicom)}:"
                    + $"{nameof(DicomOptions.Node)} needs fo-dicom, which this service was built without; build it with UseFoDicom=true, "
                    + "or let dcmtk's storescp fill a folder of Service:Dicom:Folders.", problem);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _receiver?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _receiver?.Dispose();

    private static DicomReceiver Listen(DicomReceiverOptions where, Func<string, string, Task<bool>> take) => new(where, take);

    private DicomReceiverOptions OptionsOf(int port) =>
        new() { Address = _node.Address, Port = port, AeTitle = _node.AeTitle, Callers = _node.Callers, Folder = folders.Root };

    /// <summary>Takes an object.</summary>
    /// <returns>Whether it is stored.</returns>
    private async Task<bool> TakeAsync(string file, string aeTitle)
    {
        try
        {
            folders.CheckRoom();
            await receiver.ReceiveAsync(file, aeTitle, CancellationToken.None);
            return true;
        }
        catch (ServiceProblem)
        {
            throw new IOException("The disk is nearly full.");
        }
        catch (Exception problem) when (problem is ImageFormatException or InvalidDataException)
        {
            NotTaken(problem.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(35, LogLevel.Warning, "What was sent by C-STORE is no DICOM object, or damaged ({Kind}); the sender was told.")]
    private partial void NotTaken(string kind);
}

/// <summary>Begins to take objects by C-STORE, until what it returns is disposed.</summary>
/// <param name="where">Where, and from whom.</param>
/// <param name="take">Is given each object and its sender, and answers whether it is stored.</param>
internal delegate IDisposable DicomListener(DicomReceiverOptions where, Func<string, string, Task<bool>> take);
