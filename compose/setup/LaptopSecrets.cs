using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InferenceTracing.Setup;

/// <summary>
/// Keys, passwords and certificates of the system on a laptop: made once, kept in volumes, never in git. Each part has a folder (a volume) of
/// its own with what it needs and nothing else. What is already there stays; server certificates are renewed in their last month.
/// </summary>
internal sealed class LaptopSecrets(string folder, DateTimeOffset now, bool edgeWithoutCollector = false)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead;

    // The parts run under users of their own; what keeps others out is that only they mount the folder.
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const string ViewerKey = "Gateway__ApiKeys__viewer__Key";

    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);

    public static string Describe(string folder)
    {
        var key = Path.Combine(folder, "gateway", ViewerKey);
        return File.Exists(key)
            ? $"trace UI: user viewer, password {File.ReadAllText(key)}"
            : throw new SetupException("there are no secrets yet: start the system first.");
    }

    /// <exception cref="SetupException">A folder cannot be written to.</exception>
    public void Write()
    {
        try
        {
            using var authority = Authority();
            var edgeKey = Secret("gateway/Gateway__ApiKeys__edge__Key", "edge-");
            Secret($"gateway/{ViewerKey}", "viewer-");
            var password = Secret("elasticsearch/elastic-password", "es-", OwnerOnly);

            Copy("edge/Cluster__ApiKey", edgeKey);
            Copy("collector/tokens", edgeKey);

            if (edgeWithoutCollector)
            {
                // The service's own exporter then needs the key as well.
                Copy("edge/OTEL_EXPORTER_OTLP_HEADERS", $"x-api-key={edgeKey}");
            }

            Copy("jaeger/elastic-password", password);
            Array.ForEach(["edge", "jaeger", "elasticsearch"], part => Copy($"{part}/ca.crt", authority.CertificatePem));

            Certificate(authority, "gateway/tls", "gateway", "localhost", "127.0.0.1");
            // Elasticsearch's own user reads its key, nobody else does.
            Certificate(authority, "elasticsearch", "elasticsearch", "localhost", "127.0.0.1");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write the secrets: {failure.Message}");
        }
    }

    private CertificateAuthority Authority()
    {
        if (File.Exists(At("state/ca.key")) && File.Exists(At("state/ca.crt")))
        {
            return CertificateAuthority.Load(File.ReadAllText(At("state/ca.crt")), File.ReadAllText(At("state/ca.key")));
        }

        var made = CertificateAuthority.Create(now);
        Copy("state/ca.crt", made.CertificatePem);
        Copy("state/ca.key", made.KeyPem, OwnerOnly);
        return made;
    }

    /// <summary>The secret that is there, else a new one. Its prefix says whose it is and keeps a YAML reader from taking it for a number.</summary>
    private string Secret(string file, string prefix, UnixFileMode mode = Everybody)
    {
        if (File.Exists(At(file)))
        {
            return File.ReadAllText(At(file));
        }

        var secret = prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);
        Copy(file, secret, mode);
        return secret;
    }

    private void Certificate(CertificateAuthority authority, string part, params IReadOnlyList<string> names)
    {
        if (IsGood(At($"{part}/tls.crt"), authority) && File.Exists(At($"{part}/tls.key")))
        {
            return;
        }

        var (certificate, key) = authority.Issue(now, names);
        Copy($"{part}/tls.key", key);
        Copy($"{part}/tls.crt", certificate);
    }

    private bool IsGood(string file, CertificateAuthority authority)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        using var issuer = X509Certificate2.CreateFromPem(authority.CertificatePem);
        // By its signature: every CA of ours has the same name, and the one of another volume is another.
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { issuer },
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = now.LocalDateTime,
            },
        };
        return certificate.NotAfter - now > Renewal && chain.Build(certificate);
    }

    /// <summary>Writes whole files only: a reader finds the old one or the new one.</summary>
    private void Copy(string file, string text, UnixFileMode mode = Everybody)
    {
        var path = At(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", text);
        File.SetUnixFileMode(path + ".new", mode);
        File.Move(path + ".new", path, overwrite: true);
    }

    private string At(string file) => Path.Combine(folder, file);
}
