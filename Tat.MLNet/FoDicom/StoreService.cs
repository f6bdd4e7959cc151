using System.Text;
using FellowOakDicom;
using FellowOakDicom.Network;
using Microsoft.Extensions.Logging;

namespace Tat.MLNet.FoDicom;

/// <summary>What the associations of a receiver share.</summary>
/// <param name="Options">Who is listened to.</param>
/// <param name="Take">Is given each object.</param>
internal sealed record StoreContext(DicomReceiverOptions Options, Func<string, string, Task<bool>> Take);

/// <summary>An association with a sender; fo-dicom makes one for each connection.</summary>
internal sealed class StoreService(INetworkStream stream, Encoding fallbackEncoding, ILogger logger, DicomServiceDependencies dependencies)
    : DicomService(stream, fallbackEncoding, logger, dependencies), IDicomServiceProvider, IDicomCStoreProvider, IDicomCEchoProvider
{
    private StoreContext Context => (StoreContext)UserState;

    public Task OnReceiveAssociationRequestAsync(DicomAssociation association)
    {
        var options = Context.Options;
        if (options.AeTitle is not null && options.AeTitle != association.CalledAE)
        {
            return SendAssociationRejectAsync(
                DicomRejectResult.Permanent, DicomRejectSource.ServiceUser, DicomRejectReason.CalledAENotRecognized);
        }

        if (options.Callers.Count > 0 && !options.Callers.Contains(association.CallingAE))
        {
            return SendAssociationRejectAsync(
                DicomRejectResult.Permanent, DicomRejectSource.ServiceUser, DicomRejectReason.CallingAENotRecognized);
        }

        // Whatever is sent is taken as it is: who cannot read it says so later, object by object.
        foreach (var context in association.PresentationContexts)
        {
            if (context.AbstractSyntax == DicomUID.Verification || context.AbstractSyntax.StorageCategory != DicomStorageCategory.None)
            {
                context.AcceptTransferSyntaxes([.. context.GetTransferSyntaxes()]);
            }
        }

        return SendAssociationAcceptAsync(association);
    }

    public Task OnReceiveAssociationReleaseRequestAsync() => SendAssociationReleaseResponseAsync();

    public void OnReceiveAbort(DicomAbortSource source, DicomAbortReason reason)
    {
    }

    public void OnConnectionClosed(Exception exception)
    {
    }

    public Task<DicomCEchoResponse> OnCEchoRequestAsync(DicomCEchoRequest request) =>
        Task.FromResult(new DicomCEchoResponse(request, DicomStatus.Success));

    public async Task<DicomCStoreResponse> OnCStoreRequestAsync(DicomCStoreRequest request)
    {
        var file = Path.Combine(Context.Options.Folder ?? Path.GetTempPath(), $"{Guid.NewGuid():N}.dcm");
        try
        {
            await request.File.SaveAsync(file).ConfigureAwait(false);
            var isStored = await Context.Take(file, Association.CallingAE).ConfigureAwait(false);
            return new(request, isStored ? DicomStatus.Success : DicomStatus.StorageCannotUnderstand);
        }
        catch (IOException)
        {
            return new(request, DicomStatus.StorageStorageOutOfResources);
        }
        catch (Exception)
        {
            return new(request, DicomStatus.ProcessingFailure);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public Task OnCStoreRequestExceptionAsync(string tempFileName, Exception e) => Task.CompletedTask;
}
