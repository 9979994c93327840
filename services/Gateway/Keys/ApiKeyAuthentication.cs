using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Threading.RateLimiting;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using AuthenticationHeaderValue = System.Net.Http.Headers.AuthenticationHeaderValue;

namespace InferenceTracing.Gateway.Keys;

/// <summary>
/// Knows a caller by a key: in <c>x-api-key</c> or <c>Authorization: Bearer</c> (programs), or as the password of
/// <c>Authorization: Basic</c> with the key's name as user (browsers, RFC 7617).
/// </summary>
internal sealed class ApiKeyAuthentication(
    KeyRing keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "x-api-key";
    public const string ScopeClaim = "scope";

    /// <summary>A key opens the gateway and nothing behind it, and a stranger's baggage is nobody's: past this point neither is seen.</summary>
    public static Task RemoveKeyAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Remove(Header);
        context.Request.Headers.Remove(HeaderNames.Authorization);
        context.Request.Headers.Remove(HeaderNames.Baggage);
        return next(context);
    }

    /// <summary>The key that a request brings along; null where it has none.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        if (request.Headers.TryGetValue(Header, out var values))
        {
            return values.ToString();
        }

        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var authorization))
        {
            return null;
        }

        return authorization.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => authorization.Parameter,
            "BASIC" => Password(authorization.Parameter),
            _ => null,
        };
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (KeyOf(Request) is not { } key)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (keys.Find(key) is not { } holder)
        {
            return Task.FromResult(AuthenticateResult.Fail("The key is not known."));
        }

        var identity = new ClaimsIdentity(SchemeName);
        identity.AddClaim(new Claim(identity.NameClaimType, holder.Name));
        identity.AddClaims(holder.Scopes.Select(scope => new Claim(ScopeClaim, scope)));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Basic realm=\"InferenceTracing\", charset=\"UTF-8\"";
        return Task.CompletedTask;
    }

    private static string? Password(string? credentials)
    {
        var bytes = new byte[credentials?.Length ?? 0];
        return Convert.TryFromBase64String(credentials ?? "", bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [_, var password]
            ? password
            : null;
    }
}

/// <summary>
/// The known keys by their SHA-256, so that how long a look-up takes tells nothing about a key.
/// </summary>
internal sealed class KeyRing
{
    private readonly Dictionary<string, KeyHolder> _holders = [];

    public KeyRing(IOptions<GatewayOptions> options)
    {
        foreach (var (name, key) in options.Value.ApiKeys)
        {
            _holders[Digest(key.Key)] = new KeyHolder(name, key.Scopes is [] ? ["inference", "otlp"] : key.Scopes);
        }
    }

    public KeyHolder? Find(string key) => _holders.GetValueOrDefault(Digest(key));

    private static string Digest(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>Whose key it is, and what it opens.</summary>
internal sealed record KeyHolder(string Name, IReadOnlyList<string> Scopes);

/// <summary>Who may do what (a policy for each scope), and how much of it (a token bucket for each key, places for what is in the background).</summary>
internal static class KeyRegistration
{
    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyRing>();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<GatewayOptions>>((authorization, gateway) =>
        {
            foreach (var scope in ApiKeyOptions.AllScopes)
            {
                authorization.AddPolicy(scope, policy => policy.RequireAssertion(context =>
                    gateway.Value.AllowAnonymous || context.User.HasClaim(ApiKeyAuthentication.ScopeClaim, scope)));
            }
        });
    }

    public static void AddKeyRateLimit(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<GatewayOptions>>((limiter, gateway) =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "1";

                // Only a bucket knows when it has more: what has no place is not the key's fault.
                if (!rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan _))
                {
                    rejected.HttpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                }

                return ValueTask.CompletedTask;
            };

            // Browsers send a priority too: what they load is no inference.
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(context =>
                context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>() is not null && Deadline.SaysBackground(context.Request.Headers[Deadline.PriorityHeader])
                    ? RateLimitPartition.GetConcurrencyLimiter(true, _ => new ConcurrencyLimiterOptions { PermitLimit = gateway.Value.BackgroundAtOnce, QueueLimit = 0 })
                    : RateLimitPartition.GetNoLimiter(false));
            limiter.AddPolicy("per-key", context => RateLimitPartition.GetTokenBucketLimiter(
                context.User.Identity?.Name ?? "anonymous", _ => Bucket(gateway.Value)));
        });
    }

    internal static TokenBucketRateLimiterOptions Bucket(GatewayOptions gateway)
    {
        // About ten refills a second of whole tokens, at the exact rate.
        var tokens = Math.Max(1, gateway.RequestsPerSecond / 10);

        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = gateway.Burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)tokens / gateway.RequestsPerSecond),
            QueueLimit = 0,
        };
    }
}
