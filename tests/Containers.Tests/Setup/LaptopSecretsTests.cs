using System.Security.Cryptography.X509Certificates;
using InferenceTracing.Setup;

namespace InferenceTracing.Containers.Tests.Setup;

/// <summary>The laptop's keys, passwords and certificates.</summary>
public sealed class LaptopSecretsTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly string _folder = Directory.CreateTempSubdirectory("laptop-secrets").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_Twice_KeepsWhatIsThere()
    {
        new LaptopSecrets(_folder, Now).Write();
        var first = Contents();
        new LaptopSecrets(_folder, Now.AddDays(1)).Write();

        Assert.Equal(first, Contents());
    }

    [Fact]
    public void Write_LastMonthOfACertificate_RenewsItAndNothingElse()
    {
        new LaptopSecrets(_folder, Now).Write();
        var first = Contents();
        new LaptopSecrets(_folder, Now.AddYears(2).AddDays(-10)).Write();

        var renewed = Contents().Where(file => first[file.Key] != file.Value).Select(file => file.Key).Order();
        Assert.Equal(["elasticsearch/tls.crt", "elasticsearch/tls.key", "gateway/tls/tls.crt", "gateway/tls/tls.key"], renewed);
    }

    [Fact]
    public void Write_AnotherAuthority_RenewsWhatTheFirstSigned()
    {
        new LaptopSecrets(_folder, Now).Write();
        var first = Contents();
        Directory.Delete(Path.Combine(_folder, "state"), recursive: true);
        new LaptopSecrets(_folder, Now).Write();

        var renewed = Contents().Where(file => first[file.Key] != file.Value).Select(file => file.Key).Where(file => file.Contains("tls", StringComparison.Ordinal)).Order();
        Assert.Equal(["elasticsearch/tls.crt", "elasticsearch/tls.key", "gateway/tls/tls.crt", "gateway/tls/tls.key"], renewed);
    }

    [Theory]
    [InlineData("gateway/tls/tls.crt", "gateway")]
    [InlineData("gateway/tls/tls.crt", "localhost")]
    [InlineData("elasticsearch/tls.crt", "elasticsearch")]
    public void Write_ServerCertificate_IsTrustedByWhoHasTheCa(string file, string host)
    {
        new LaptopSecrets(_folder, Now).Write();
        using var server = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, file));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, "edge/ca.crt"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        Assert.True(chain.Build(server), string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.True(server.MatchesHostname(host));
    }

    [Fact]
    public void Write_EveryPart_HasWhatItNeedsAndNoMore()
    {
        new LaptopSecrets(_folder, Now).Write();

        Assert.Equal(["ca.crt", "Cluster__ApiKey"], Files("edge"));
        Assert.Equal(["ca.crt", "elastic-password"], Files("jaeger"));
        Assert.Equal(["tokens"], Files("collector"));
        Assert.Equal(["Gateway__ApiKeys__edge__Key", "Gateway__ApiKeys__viewer__Key", "tls.crt", "tls.key"], Files("gateway"));
        Assert.Equal(["ca.crt", "elastic-password", "tls.crt", "tls.key"], Files("elasticsearch"));
    }

    [Fact]
    public void Write_PasswordOfElasticsearch_IsItsOwnersOnly()
    {
        new LaptopSecrets(_folder, Now).Write();

        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(_folder, "elasticsearch/elastic-password")));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(_folder, "state/ca.key")));
    }

    private Dictionary<string, string> Contents() => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(_folder, file), File.ReadAllText);

    private List<string?> Files(string part) =>
        [.. Directory.EnumerateFiles(Path.Combine(_folder, part), "*", SearchOption.AllDirectories).Select(Path.GetFileName).OrderBy(name => name, StringComparer.OrdinalIgnoreCase)];
}
