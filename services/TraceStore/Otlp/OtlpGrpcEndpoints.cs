using System.Buffers.Binary;
using Google.Protobuf;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// OTLP over gRPC on HTTP/2 without TLS: a frame in, a frame and two trailers out (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Not
/// Grpc.AspNetCore: it unpacks and parses a message, without a limit, before anybody can ask whether there is room for it.
/// </summary>
internal static class OtlpGrpcEndpoints
{
    private const int Internal = 13;

    /// <summary>Why metrics are refused, at both doors.</summary>
    public const string NoMetrics = "This store takes traces and logs, no metrics.";

    public static void MapOtlpGrpc(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", context => ExportAsync<TraceIntake>(context));
        routes.MapPost("/opentelemetry.proto.collector.logs.v1.LogsService/Export", context => ExportAsync<LogIntake>(context));
        routes.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Unknown);
    }

    private static async Task ExportAsync<TIntake>(HttpContext context)
        where TIntake : IIntake
    {
        if (!GrpcAnswer.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        try
        {
            var intake = context.RequestServices.GetRequiredService<TIntake>();
            await AnswerAsync(context, intake.Answer(await AcceptAsync(context, intake)));
        }
        catch (StoreUnavailableException unavailable)
        {
            Refuse(context, OtlpMessages.Refusal(unavailable).GrpcStatus, unavailable.Message);
        }
        catch (OtlpException refusal)
        {
            Refuse(context, refusal.GrpcStatus, refusal.Message);
        }
        catch (Exception defect) when (defect is not (OperationCanceledException or BadHttpRequestException) && !context.Response.HasStarted)
        {
            Log.ExportFailed(context.RequestServices.GetRequiredService<ILogger<TIntake>>(), defect);
            Refuse(context, Internal, "Internal error; the log has the details.");
        }
    }

    private static async Task<ExportResult> AcceptAsync(HttpContext context, IIntake intake)
    {
        var limits = context.RequestServices.GetRequiredService<IOptions<OtlpOptions>>().Value;
        var budget = context.RequestServices.GetRequiredService<IntakeBudget>();
        IntakeBudget.Limit(context, GrpcFrame.PrefixBytes + (long)limits.MaxBodyBytes);
        using var body = await budget.ReadAsync(context.Request.Body, "", context.RequestAborted);
        var frame = GrpcFrame.Parse(body.Memory);

        if (!frame.Compressed)
        {
            return await intake.AcceptAsync(frame.Message, OtlpEncoding.Protobuf);
        }

        await using var packed = new MessageStream(frame.Message);
        var encoding = context.Request.Headers["grpc-encoding"].ToString();
        using var message = await budget.ReadAsync(packed, encoding is "gzip" or "deflate" ? encoding : "unknown", context.RequestAborted);
        return await intake.AcceptAsync(message.Memory, OtlpEncoding.Protobuf);
    }

    /// <summary>Metrics: said in gRPC, so that the sender's log names the reason.</summary>
    private static IResult Unknown(HttpContext context)
    {
        if (!GrpcAnswer.IsGrpc(context.Request))
        {
            return Results.NotFound();
        }

        Refuse(context, GrpcAnswer.Unimplemented, NoMetrics);
        return Results.Empty;
    }

    private static async Task AnswerAsync(HttpContext context, IMessage answer)
    {
        context.Response.ContentType = GrpcAnswer.ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip,deflate";
        await context.Response.Body.WriteAsync(GrpcFrame.Write(answer.ToByteArray()), context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static void Refuse(HttpContext context, int status, string message)
    {
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip,deflate";
        GrpcAnswer.Refuse(context.Response, status, message);
    }
}

/// <summary>The one frame of a unary gRPC message: a flag (1 = compressed), four bytes of length, the message.</summary>
/// <param name="Compressed">Whether the message is compressed as <c>grpc-encoding</c> says.</param>
/// <param name="Message">The message itself.</param>
internal readonly record struct GrpcFrame(bool Compressed, ReadOnlyMemory<byte> Message)
{
    /// <summary>Bytes before the message.</summary>
    public const int PrefixBytes = 5;

    /// <exception cref="OtlpException">The body is not exactly one frame.</exception>
    public static GrpcFrame Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Length < PrefixBytes
            || body.Span[0] > 1
            || BinaryPrimitives.ReadUInt32BigEndian(body.Span[1..]) != (uint)(body.Length - PrefixBytes))
        {
            throw new OtlpException(OtlpFault.Malformed, "The body is not one gRPC message.");
        }

        return new GrpcFrame(body.Span[0] == 1, body[PrefixBytes..]);
    }

    public static byte[] Write(byte[] message)
    {
        var frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, PrefixBytes);
        return frame;
    }
}

/// <summary>A packed message as a stream, for what unpacks it; it may be asked again at its end.</summary>
internal sealed class MessageStream(ReadOnlyMemory<byte> message) : Stream
{
    private ReadOnlyMemory<byte> _left = message;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var read = Math.Min(buffer.Length, _left.Length);
        _left.Span[..read].CopyTo(buffer);
        _left = _left[read..];
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
