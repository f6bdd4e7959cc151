using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;
using Tat.Samples.Service.Settings;

namespace Tat.Samples.Service.Security;

/// <summary>What every request passes: headers, limits, origin and key.</summary>
internal static class Guard
{
    private const string KeyHeader = "X-Api-Key", KeyCookie = "tat-key", Bearer = "Bearer ", AnyHost = "*";
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(10);
    private static readonly string[] _guarded = ["/api", "/dicomweb", "/metrics"];

    public static void AddGuard(this IServiceCollection services, ServiceOptions options)
    {
        AddLimits(services, options);
        services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = ["*"]); // they are checked here, with problem details
        if (options.OpenIdConnect is { Authority: { } authority } oidc)
        {
            services.AddAuthentication().AddJwtBearer(tokens =>
            {
                (tokens.Authority, tokens.Audience) = (authority, oidc.Audience);
                tokens.RequireHttpsMetadata = !new Uri(authority).IsLoopback;
            });
        }
    }

    private static void AddLimits(IServiceCollection services, ServiceOptions options) => services.AddRateLimiter(limits =>
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
        StringSegment[] hosts = [.. (app.Configuration["AllowedHosts"] ?? AnyHost).Split(';', StringSplitOptions.RemoveEmptyEntries)];
        app.UseRateLimiter();
        app.Use(async (context, next) =>
        {
            SetHeaders(context);
            CheckHost(context.Request, hosts);
            CheckOrigin(context.Request);
            if (options.AsksForKeys && Array.Exists(_guarded, path => context.Request.Path.StartsWithSegments(path))
                && !HasKey(context.Request, keys) && !await HasTokenAsync(context, options))
            {
                throw new ServiceProblem(StatusCodes.Status401Unauthorized, $"Show a key of this service in the header {KeyHeader}.");
            }

            await next(context);
        });
    }

    /// <summary>
    /// Gives the page the key that it shows as a cookie, which the browser sends with links and events, too, keeps until it is closed, and
    /// shows no script and no other site.
    /// </summary>
    public static void MapSession(this IEndpointRouteBuilder app) => app.MapPost("/api/session", (HttpContext context) =>
    {
        context.Response.Cookies.Append(KeyCookie, context.Request.Headers[KeyHeader].ToString(), new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            IsEssential = true,
        });
        return TypedResults.NoContent();
    }).WithTags("Session").WithSummary("Keeps the key of the header X-Api-Key for this browser, until it is closed.").ProducesProblem(401);

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

    /// <summary>Refuses requests to a name that is not ours: a page of another site may have made it lead here.</summary>
    private static void CheckHost(HttpRequest request, StringSegment[] hosts)
    {
        if (request.Host.HasValue && !hosts.Contains(AnyHost) && !HostString.MatchesAny(request.Host.Value, hosts))
        {
            throw new ServiceProblem(StatusCodes.Status400BadRequest,
                $"The service is not reached as '{request.Host}'; its setting AllowedHosts must name every host that it is reached by.");
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

    private static bool HasKey(HttpRequest request, byte[][] keys)
    {
        var authorization = request.Headers.Authorization.ToString();
        var given = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..]
            : request.Headers[KeyHeader].ToString() is { Length: > 0 } header ? header
            : request.Cookies[KeyCookie] ?? "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        return Array.Exists(keys, key => CryptographicOperations.FixedTimeEquals(key, hash));
    }

    private static async Task<bool> HasTokenAsync(HttpContext context, ServiceOptions options) =>
        options.OpenIdConnect.Authority is not null
        && (await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme)).Succeeded;
}
