using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InferenceTracing.Benchmarks.Native;

/// <summary>New TLS connections over loopback, both ends in this process, one after the other in as many rows as the machine has cores.</summary>
internal static class TlsHandshakes
{
    public static async Task<(double PerSecond, double MillisecondsOfACore)> RunAsync(TimeSpan duration)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var self = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // What OpenSSL is to serve must have been read from a file's bytes.
        using var certificate = X509CertificateLoader.LoadPkcs12(self.Export(X509ContentType.Pkcs12), password: null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(512);
        using var ended = new CancellationTokenSource();
        var serving = ServeAsync(listener, certificate, ended.Token);

        using var process = Process.GetCurrentProcess();
        var (before, start, count) = (process.TotalProcessorTime, Stopwatch.StartNew(), 0);

        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount * 2).Select(async _ =>
        {
            while (start.Elapsed < duration)
            {
                using var client = new TcpClient();
                await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = "127.0.0.1",
                    // Each as if it were the first: an edge that comes back after an outage of a day has no session left.
                    AllowTlsResume = false,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
                });
                Interlocked.Increment(ref count);
            }
        }));

        process.Refresh();
        var (seconds, busy) = (start.Elapsed.TotalSeconds, (process.TotalProcessorTime - before).TotalMilliseconds);
        await ended.CancelAsync();
        await serving;
        return (count / seconds, busy / count);
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);

        try
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }

        async Task AnswerAsync(TcpClient client)
        {
            try
            {
                using (client)
                {
                    await using var tls = new SslStream(client.GetStream());
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context, AllowTlsResume = false }, CancellationToken.None);
                    await tls.ReadExactlyAsync(new byte[1], CancellationToken.None);
                }
            }
            catch (Exception gone) when (gone is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client has what it came for.
            }
        }
    }
}
