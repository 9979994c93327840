using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InferenceTracing.Setup;

/// <summary>
/// The three things an edge has to be given, where the cluster is, whom to trust, and the key that opens it; and how many spans its collector keeps.
/// </summary>
internal sealed record EdgeSettings(string Url, string Key, string CaFile, string QueueSpans)
{
    private const int ShortestKey = 16;

    /// <summary>The variables <c>CLUSTER_URL</c>, <c>CLUSTER_KEY</c> (or <c>CLUSTER_KEY_FILE</c>), <c>CLUSTER_CA_FILE</c> and <c>QUEUE_SPANS</c>.</summary>
    public static EdgeSettings Read(Func<string, string?> variable) => new(
        variable("CLUSTER_URL") ?? "",
        variable("CLUSTER_KEY_FILE") is { Length: > 0 } file && File.Exists(file) ? Text(file) : variable("CLUSTER_KEY") ?? "",
        variable("CLUSTER_CA_FILE") ?? "",
        variable(QueueSize.Variable) ?? "");

    /// <exception cref="SetupException">One of them is missing or wrong.</exception>
    public void Check(DateTimeOffset now)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/")
        {
            throw new SetupException($"CLUSTER_URL must be the cluster's http(s) address without a path, for example https://cluster.example:8443, not '{Url}'.");
        }

        if (Key.Length < ShortestKey || Key.Any(c => c is <= ' ' or > '~'))
        {
            throw new SetupException($"CLUSTER_KEY must be the key the cluster gave this edge: at least {ShortestKey} characters, no spaces.");
        }

        if (Authorities() is not { Count: > 0 } authorities)
        {
            throw new SetupException("CLUSTER_CA must be a readable file with the cluster's CA certificate in PEM.");
        }

        if (authorities.All(authority => authority.NotAfter < now))
        {
            throw new SetupException($"CLUSTER_CA expired on {authorities[0].NotAfter:yyyy-MM-dd}.");
        }

        QueueSize.Check(QueueSpans, QueueSize.LeastAtEdge);
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"CLUSTER_KEY_FILE cannot be read: {failure.Message}");
        }
    }

    private X509Certificate2Collection? Authorities()
    {
        try
        {
            var found = new X509Certificate2Collection();
            found.ImportFromPemFile(CaFile);
            return found;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Something the operator can mend; the message is the one sentence they read.</summary>
internal sealed class SetupException(string message) : Exception(message);
