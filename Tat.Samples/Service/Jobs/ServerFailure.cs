using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Tat.Samples.Service.Jobs;

/// <summary>Tells failures of the database, the broker and the store of images that pass from others.</summary>
internal static class ServerFailure
{
    /// <summary>Whether something failed because a server is not there, or because another process makes the same table.</summary>
    public static bool IsAbsence(Exception problem) =>
        problem is DbException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.DuplicateTable }
            or BrokerUnreachableException or HttpRequestException
            or AmazonServiceException { StatusCode: 0 or >= HttpStatusCode.InternalServerError }
            or SocketException { SocketErrorCode: not (SocketError.AddressAlreadyInUse or SocketError.AccessDenied) } // of our own address
        || (problem is AggregateException several
            ? several.InnerExceptions.Any(IsAbsence)
            : problem.InnerException is { } inner && IsAbsence(inner));
}
