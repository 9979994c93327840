using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Gateway.Keys;

/// <summary>Who may do what (a policy for each scope), and how much of it (a token bucket for each key).</summary>
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
                return ValueTask.CompletedTask;
            };
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
