using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Tat.Samples.Service.Jobs;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Hosting;

/// <summary>Answers what fails with problem details.</summary>
public sealed partial class ProblemWriter(ILogger<ProblemWriter> log) : IExceptionHandler
{
    private const string Description = "/openapi/v1.json";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is BadHttpRequestException { InnerException: JsonException json })
        {
            exception = RequestText.Refusal(json);
        }

        var (status, detail, retryAfter) = exception switch
        {
            ServiceProblem problem => (problem.Status, problem.Message, problem.RetryAfter),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message, null),
            _ when ServerFailure.IsAbsence(exception) => (StatusCodes.Status503ServiceUnavailable,
                "The database of the service, or its store of images, is not there; send it again in a while.", TimeSpan.FromSeconds(5)),
            _ => (StatusCodes.Status500InternalServerError, "The service failed; its log says why.", (TimeSpan?)null),
        };
        if (status == StatusCodes.Status500InternalServerError)
        {
            Failed(exception.GetType().Name, exception.StackTrace);
        }

        if (retryAfter is { } later)
        {
            httpContext.Response.Headers.RetryAfter = ((int)later.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (status == StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
        {
            // What is left of the request is not read: the caller must not send another one after it.
            httpContext.Response.Headers.Connection = "close";
        }

        httpContext.Response.StatusCode = status;
        await WriteAsync(httpContext, detail, exception);
        return true;
    }

    /// <summary>Says of an answer without a body what is wrong.</summary>
    public static Task DescribeAsync(HttpContext context) => WriteAsync(context, context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at this address; {Description} lists what there is.",
        StatusCodes.Status405MethodNotAllowed =>
            $"This address does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType =>
            $"This address does not take the content type '{context.Request.ContentType}'; {Description} lists those that it takes.",
        _ => null,
    });

    private static async Task WriteAsync(HttpContext context, string? detail, Exception? exception = null)
    {
        var problems = context.RequestServices.GetRequiredService<IProblemDetailsService>();
        var details = new ProblemDetails { Status = context.Response.StatusCode, Detail = detail };
        if (exception is ServiceProblem { Field: { } field })
        {
            details.Extensions["errors"] = new Dictionary<string, string?[]> { [field] = [detail] };
        }

        if (!await problems.TryWriteAsync(new() { HttpContext = context, Exception = exception, ProblemDetails = details }))
        {
            // Whoever accepts pictures or DICOM alone is told, too.
            await context.Response.WriteAsJsonAsync(details, options: null, "application/problem+json", context.RequestAborted);
        }
    }

    /// <summary>The message may name a patient's file, and is left out.</summary>
    [LoggerMessage(20, LogLevel.Error, "A request failed: {Kind}\n{Stack}")]
    private partial void Failed(string kind, string? stack);
}
