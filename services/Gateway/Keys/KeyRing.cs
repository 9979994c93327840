using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Gateway.Keys;

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
