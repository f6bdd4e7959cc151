// The members of fo-dicom.core 5.1.3 that the receiver uses; see FoDicomCore.cs.
using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace FellowOakDicom.Network
{
    public interface INetworkStream : IDisposable;

    public interface ITlsAcceptor;

    public interface IDicomServer : IDisposable
    {
        Exception Exception { get; }
    }

    public static class DicomServerFactory
    {
        public static IDicomServer Create<T>(string ipAddress, int port, ITlsAcceptor tlsAcceptor = null, Encoding fallbackEncoding = null,
            ILogger logger = null, object userState = null)
            where T : DicomService, IDicomServiceProvider => throw null;
    }

    public class DicomServiceDependencies;

    public abstract class DicomService : IDisposable
    {
        protected DicomService(
            INetworkStream stream, Encoding fallbackEncoding, ILogger logger, DicomServiceDependencies dependencies) => throw null;

        public DicomAssociation Association => throw null;

        public object UserState => throw null;

        protected Task SendAssociationAcceptAsync(DicomAssociation association) => throw null;

        protected Task SendAssociationRejectAsync(DicomRejectResult result, DicomRejectSource source, DicomRejectReason reason) =>
            throw null;

        protected Task SendAssociationReleaseResponseAsync() => throw null;

        public void Dispose() => throw null;
    }

    public interface IDicomService
    {
        void OnReceiveAbort(DicomAbortSource source, DicomAbortReason reason);

        void OnConnectionClosed(Exception exception);
    }

    public interface IDicomServiceProvider : IDicomService
    {
        Task OnReceiveAssociationRequestAsync(DicomAssociation association);

        Task OnReceiveAssociationReleaseRequestAsync();
    }

    public interface IDicomCStoreProvider
    {
        Task<DicomCStoreResponse> OnCStoreRequestAsync(DicomCStoreRequest request);

        Task OnCStoreRequestExceptionAsync(string tempFileName, Exception e);
    }

    public interface IDicomCEchoProvider
    {
        Task<DicomCEchoResponse> OnCEchoRequestAsync(DicomCEchoRequest request);
    }

    public class DicomAssociation
    {
        public string CallingAE => throw null;

        public string CalledAE => throw null;

        public DicomPresentationContextCollection PresentationContexts => throw null;
    }

    public class DicomPresentationContextCollection : ICollection<DicomPresentationContext>
    {
        public int Count => throw null;

        public bool IsReadOnly => throw null;

        public void Add(DicomPresentationContext item) => throw null;

        public void Clear() => throw null;

        public bool Contains(DicomPresentationContext item) => throw null;

        public void CopyTo(DicomPresentationContext[] array, int arrayIndex) => throw null;

        public bool Remove(DicomPresentationContext item) => throw null;

        public IEnumerator<DicomPresentationContext> GetEnumerator() => throw null;

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw null;
    }

    public class DicomPresentationContext
    {
        public DicomUID AbstractSyntax => throw null;

        public IList<DicomTransferSyntax> GetTransferSyntaxes() => throw null;

        public bool AcceptTransferSyntaxes(params DicomTransferSyntax[] acceptedTransferSyntaxes) => throw null;
    }

    public abstract class DicomMessage;

    public abstract class DicomRequest : DicomMessage;

    public abstract class DicomResponse : DicomMessage;

    public sealed class DicomCStoreRequest : DicomRequest
    {
        public DicomFile File => throw null;
    }

    public sealed class DicomCStoreResponse : DicomResponse
    {
        public DicomCStoreResponse(DicomCStoreRequest request, DicomStatus status) => throw null;
    }

    public sealed class DicomCEchoRequest : DicomRequest;

    public sealed class DicomCEchoResponse : DicomResponse
    {
        public DicomCEchoResponse(DicomCEchoRequest request, DicomStatus status) => throw null;
    }

    public class DicomStatus
    {
        public static readonly DicomStatus Success;
        public static readonly DicomStatus ProcessingFailure;
        public static readonly DicomStatus StorageStorageOutOfResources;
        public static readonly DicomStatus StorageCannotUnderstand;
    }

    public enum DicomRejectResult
    {
        Permanent = 1,
        Transient = 2,
    }

    public enum DicomRejectSource
    {
        ServiceUser = 1,
    }

    public enum DicomRejectReason
    {
        CallingAENotRecognized = 3,
        CalledAENotRecognized = 7,
    }

    public enum DicomAbortSource
    {
        ServiceUser = 0,
    }

    public enum DicomAbortReason
    {
        NotSpecified = 0,
    }
}
