using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace InferenceTracing.ServiceDefaults.Hosting;

/// <summary>
/// HTTP/1.1 and HTTP/2 without TLS on one port, so that gRPC needs no second one. A client with prior knowledge begins with HTTP/2's preface (RFC 9113, 3.4),
/// which no HTTP/1.1 request begins with. Kestrel of .NET 11 looks for it by itself; the one of .NET 10 knows HTTP/2 on such a port only where TLS has
/// negotiated it, and is told so for the moment in which it chooses.
/// </summary>
public static class PriorKnowledge
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Every endpoint without TLS, and without protocols of its own, speaks both. A request costs nothing more, a connection one look at its first bytes.</summary>
    public static void AcceptHttp2OnTheSamePort(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Use(next => connection => ChooseAsync(connection, next, kestrel.Limits.RequestHeadersTimeout))));
    }

    private static async Task ChooseAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan patience)
    {
        if (await BeginsWithPrefaceAsync(connection, patience).ConfigureAwait(false))
        {
            var choice = new Http2Choice(connection.Features);
            connection.Features.Set<ITlsConnectionFeature>(choice);
            connection.Features.Set<ITlsApplicationProtocolFeature>(choice);
        }

        await next(connection).ConfigureAwait(false);
    }

    /// <summary>Consumes nothing. A client that says nothing in time, or is told to go, is left to HTTP/1.1 and its time limits.</summary>
    private static async Task<bool> BeginsWithPrefaceAsync(ConnectionContext connection, TimeSpan patience)
    {
        var input = connection.Transport.Input;
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(closing);
        late.CancelAfter(patience);
        using var registration = late.Token.UnsafeRegister(static pending => ((PipeReader)pending!).CancelPendingRead(), input);

        try
        {
            while (true)
            {
                var read = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
                var alike = IsBegunLike(read.Buffer);
                var decided = !alike || read.IsCanceled || read.IsCompleted || read.Buffer.Length >= Preface.Length;
                var found = alike && read.Buffer.Length >= Preface.Length;
                input.AdvanceTo(read.Buffer.Start, decided ? read.Buffer.Start : read.Buffer.End);

                if (decided)
                {
                    return found;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static bool IsBegunLike(in ReadOnlySequence<byte> bytes)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(bytes.Length, first.Length);
        bytes.Slice(0, length).CopyTo(first);
        return Preface.StartsWith(first[..length]);
    }

    /// <summary>"h2", negotiated. Once that is read it takes itself away, so that nothing takes the connection for one with TLS.</summary>
    private sealed class Http2Choice(IFeatureCollection features) : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        private static readonly byte[] H2 = "h2"u8.ToArray();

        public ReadOnlyMemory<byte> ApplicationProtocol
        {
            get
            {
                features.Set<ITlsConnectionFeature>(null);
                features.Set<ITlsApplicationProtocolFeature>(null);
                return H2;
            }
        }

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
