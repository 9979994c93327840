using InferenceTracing.Setup;

namespace InferenceTracing.Containers.Tests.Setup;

/// <summary>What the edge was given is looked at before anything starts; what is wrong is said in one sentence.</summary>
public sealed class EdgeSettingsTests : IDisposable
{
    private const string GoodUrl = "https://gateway.example:8443";
    private const string GoodKey = "0123456789abcdef";
    private const string GoodQueue = "512";

    private static readonly DateTimeOffset Now = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-settings").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(GoodUrl)]
    [InlineData("http://10.0.0.1:8080/")]
    public void Check_GoodSettings_Pass(string url) => new EdgeSettings(url, GoodKey, Ca(Now), GoodQueue).Check(Now);

    [Theory]
    [InlineData("", GoodKey, "CLUSTER_URL")]
    [InlineData("gateway.example", GoodKey, "CLUSTER_URL")]
    [InlineData("ftp://gateway.example", GoodKey, "CLUSTER_URL")]
    [InlineData("https://gateway.example/v2", GoodKey, "CLUSTER_URL")]
    [InlineData(GoodUrl, "", "CLUSTER_KEY")]
    [InlineData(GoodUrl, "short", "CLUSTER_KEY")]
    [InlineData(GoodUrl, "change-me", "CLUSTER_KEY")]
    [InlineData(GoodUrl, "with a space in the middle", "CLUSTER_KEY")]
    public void Check_WrongSetting_IsSaidInOneSentence(string url, string key, string name)
    {
        var wrong = Assert.Throws<SetupException>(() => new EdgeSettings(url, key, Ca(Now), GoodQueue).Check(Now));

        Assert.StartsWith(name, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
        Assert.True(key.Length == 0 || !wrong.Message.Contains(key, StringComparison.Ordinal), "a key is never shown");
    }

    [Fact]
    public void Check_NoCertificate_IsSaid()
    {
        var file = Path.Combine(_folder, "not-a-certificate.pem");
        File.WriteAllText(file, "hello");

        Assert.Contains("CLUSTER_CA", Assert.Throws<SetupException>(() => new EdgeSettings(GoodUrl, GoodKey, file, GoodQueue).Check(Now)).Message, StringComparison.Ordinal);
        Assert.Contains("CLUSTER_CA", Assert.Throws<SetupException>(() => new EdgeSettings(GoodUrl, GoodKey, "/none", GoodQueue).Check(Now)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ExpiredCertificate_IsSaid() => Assert.Contains(
        "expired", Assert.Throws<SetupException>(() => new EdgeSettings(GoodUrl, GoodKey, Ca(Now.AddYears(-20)), GoodQueue).Check(Now)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("511")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("")]
    public void Check_QueueSmallerThanABatch_IsSaid(string spans)
    {
        var wrong = Assert.Throws<SetupException>(() => new EdgeSettings(GoodUrl, GoodKey, Ca(Now), spans).Check(Now));

        Assert.StartsWith("QUEUE_SPANS must be a number of spans, at least 512", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    private string Ca(DateTimeOffset made)
    {
        using var authority = CertificateAuthority.Create(made);
        var file = Path.Combine(_folder, "ca.crt");
        File.WriteAllText(file, authority.CertificatePem);
        return file;
    }
}
