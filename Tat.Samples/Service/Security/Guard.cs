using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Security;

/// <summary>What every request passes: headers, limits, origin and key.</summary>
internal static class Guard
{
    private const string KeyHeader = "X-Api-Key", Bearer = "Bearer ";
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(10);
    private static readonly string[] _guarded = ["/api", "/dicomweb", "/metrics"];

    public static void AddGuard(this IServiceCollection services, ServiceOptions options) => services.AddRateLimiter(limits =>
    {
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RateLimitPartition.GetFixedWindowLimiter($"{context.Connection.RemoteIpAddress}", _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = options.RequestsPerTenSeconds,
                Window = _window,
            }));
        limits.OnRejected = (_, _) => throw new ServiceProblem(
            StatusCodes.Status429TooManyRequests, $"More than {options.RequestsPerTenSeconds} requests came in ten seconds; send fewer.")
        {
            RetryAfter = _window,
        };
    });

    public static void UseGuard(this WebApplication app, ServiceOptions options)
    {
        byte[][] keys = [.. options.Keys.Select(key => Convert.FromHexString(key.Sha256))];
        app.UseRateLimiter();
        app.Use((context, next) =>
        {
            SetHeaders(context);
            CheckOrigin(context.Request);
            CheckKey(context.Request, keys);
            return next(context);
        });
    }

    private static void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
            + "form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (Array.Exists(_guarded, path => context.Request.Path.StartsWithSegments(path)))
        {
            headers.CacheControl = "no-store";
        }
    }

    /// <summary>Refuses what a page of another site makes a browser send.</summary>
    private static void CheckOrigin(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
            && request.Headers.Origin.ToString() is { Length: > 0 } origin
            && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            throw new ServiceProblem(
                StatusCodes.Status403Forbidden, "The request comes from a page of another site, which is not allowed.");
        }
    }

    private static void CheckKey(HttpRequest request, byte[][] keys)
    {
        if (keys.Length == 0 || !Array.Exists(_guarded, path => request.Path.StartsWithSegments(path)))
        {
            return;
        }

        var authorization = request.Headers.Authorization.ToString();
        var given = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..]
            : request.Headers[KeyHeader].ToString();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        if (!Array.Exists(keys, key => CryptographicOperations.FixedTimeEquals(key, hash)))
        {
            throw new ServiceProblem(StatusCodes.Status401Unauthorized, $"Show a key of this service in the header {KeyHeader}.");
        }
    }
}
