using InferenceTracing.OpenInference;

namespace InferenceTracing.Preprocessing.Outbox;

internal sealed class AnswerOutbox(TimeProvider clock)
{
    public Task<bool> KeepAsync(PixelTensor pixels, OutboxEntry entry, CancellationToken cancellationToken) => Task.FromResult(clock.GetTimestamp() == 0);
}
