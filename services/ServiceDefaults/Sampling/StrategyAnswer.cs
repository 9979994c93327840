using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>
/// What Jaeger's sampling service answers: <c>SamplingStrategyResponse</c> of jaeger-idl's api_v2/sampling.proto, as JSON.
/// </summary>
internal sealed partial record StrategyAnswer(
    StrategyAnswer.Probabilistic? ProbabilisticSampling, StrategyAnswer.RateLimiting? RateLimitingSampling, StrategyAnswer.PerOperation? OperationSampling)
{
    /// <exception cref="JsonException">It cannot be understood.</exception>
    public static SamplingStrategy Read(string json, TimeProvider clock)
    {
        var answer = JsonSerializer.Deserialize(json, Json.Default.StrategyAnswer) ?? throw new JsonException("The answer is empty.");

        if (answer.OperationSampling is { } operations)
        {
            var least = operations.DefaultLowerBoundTracesPerSecond;
            return new SamplingStrategy(
                new OperationStrategy("", Share(operations.DefaultSamplingProbability), AtLeast(least, clock), atMost: null),
                [.. (operations.PerOperationStrategies ?? []).Select(one => new OperationStrategy(
                    one.Operation ?? "", Share(one.ProbabilisticSampling?.SamplingRate ?? operations.DefaultSamplingProbability), AtLeast(least, clock), atMost: null))]);
        }

        if (answer.RateLimitingSampling is { MaxTracesPerSecond: >= 0 } limit)
        {
            return new SamplingStrategy(new OperationStrategy("", 0, atLeast: null, new TracesPerSecond(limit.MaxTracesPerSecond, clock)), []);
        }

        return SamplingStrategy.Share(Share((answer.ProbabilisticSampling ?? throw new JsonException("The answer names no strategy.")).SamplingRate));
    }

    private static double Share(double said) => said is >= 0 and <= 1 ? said : throw new JsonException($"A sampling rate is from 0 to 1, not {said}.");

    private static TracesPerSecond? AtLeast(double rate, TimeProvider clock) => rate > 0 ? new TracesPerSecond(rate, clock) : null;

    internal sealed record Probabilistic(double SamplingRate);

    internal sealed record RateLimiting(double MaxTracesPerSecond);

    internal sealed record PerOperation(
        double DefaultSamplingProbability, double DefaultLowerBoundTracesPerSecond, IReadOnlyList<OperationRate>? PerOperationStrategies);

    internal sealed record OperationRate(string? Operation, Probabilistic? ProbabilisticSampling);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(StrategyAnswer))]
    internal sealed partial class Json : JsonSerializerContext;
}
