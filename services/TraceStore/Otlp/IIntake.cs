using Google.Protobuf;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One signal's way from an export request to the file, whichever door the request came through.</summary>
internal interface IIntake
{
    /// <summary>Stores what a message holds.</summary>
    /// <exception cref="OtlpException">Nothing is stored: the message is malformed, or there is no room for it.</exception>
    /// <exception cref="Storage.StoreUnavailableException">Nothing is stored; it may be sent again.</exception>
    Task<ExportResult> AcceptAsync(ReadOnlyMemory<byte> message, OtlpEncoding encoding);

    /// <summary>The answer to the export, as the signal's service has it.</summary>
    IMessage Answer(ExportResult result);
}

/// <summary>What became of an export.</summary>
/// <param name="Rejected">Items not stored, never to be sent again.</param>
/// <param name="Reason">One line about them; null when all are stored.</param>
internal sealed record ExportResult(int Rejected, string? Reason);

/// <summary>How an export request and its answer are written.</summary>
internal enum OtlpEncoding
{
    Protobuf,
    Json,
}
