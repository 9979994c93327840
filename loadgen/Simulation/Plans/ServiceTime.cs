using System.Text.Json;
using System.Text.Json.Serialization;

namespace InferenceTracing.LoadGenerator.Simulation.Plans;

/// <summary>
/// How long a piece of work takes, as a distribution. In a file: a number of milliseconds, <c>{"mean": 10, "of": "exponential"}</c>, <c>{"mean": 10, "cv": 0.3}</c>
/// (log-normal, with its coefficient of variation) or <c>{"samples": [1.2, 40.2]}</c>, of which each is as likely.
/// </summary>
[JsonConverter(typeof(ServiceTimeConverter))]
internal abstract record ServiceTime
{
    /// <summary>In seconds.</summary>
    public abstract double Mean { get; }

    /// <summary>As it is written in a file; null for a plain number.</summary>
    public virtual ServiceTimeText? Text => null;

    public static ServiceTime Fixed(double seconds) => new FixedTime(seconds);

    public static ServiceTime Exponential(double mean) => new ExponentialTime(mean);

    public static ServiceTime LogNormal(double mean, double variation) => variation == 0 ? new FixedTime(mean) : new LogNormalTime(mean, variation);

    public static ServiceTime OneOf(IReadOnlyList<double> seconds) => new SampledTime(seconds);

    /// <summary>One of them, in seconds.</summary>
#pragma warning disable CA5394 // Chance, not secrecy.
    public abstract double Draw(Random random);

    /// <summary>The one whose turn it is, where pieces come in turn; else one of them by chance.</summary>
    public virtual double Take(int? number, Random random) => Draw(random);

    private sealed record FixedTime(double Seconds) : ServiceTime
    {
        public override double Mean => Seconds;

        public override double Draw(Random random) => Seconds;
    }

    private sealed record ExponentialTime(double Seconds) : ServiceTime
    {
        public override double Mean => Seconds;

        public override ServiceTimeText Text => new() { Mean = Seconds * 1000, Of = "exponential" };

        public override double Draw(Random random) => -Math.Log(1 - random.NextDouble()) * Seconds;
    }

    private sealed record LogNormalTime(double Seconds, double Variation) : ServiceTime
    {
        private readonly double _sigma = Math.Sqrt(Math.Log(1 + (Variation * Variation)));

        public override double Mean => Seconds;

        public override ServiceTimeText Text => new() { Mean = Seconds * 1000, Cv = Variation };

        public override double Draw(Random random) => Seconds * Math.Exp((_sigma * Normal(random)) - (_sigma * _sigma / 2));

        /// <summary>Box and Muller.</summary>
        private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private sealed record SampledTime(IReadOnlyList<double> Seconds) : ServiceTime
    {
        public override double Mean { get; } = Seconds.Average();

        public override ServiceTimeText Text => new() { Samples = [.. Seconds.Select(seconds => Math.Round(seconds * 1000, 4))] };

        public override double Draw(Random random) => Seconds[random.Next(Seconds.Count)];

        public override double Take(int? number, Random random) => number is { } turn ? Seconds[turn % Seconds.Count] : Draw(random);
    }
#pragma warning restore CA5394
}

/// <summary>A service time as it is written in a file.</summary>
internal sealed record ServiceTimeText
{
    public double? Mean { get; init; }

    public double? Cv { get; init; }

    public string? Of { get; init; }

    public IReadOnlyList<double>? Samples { get; init; }

    /// <exception cref="JsonException">It says nothing that could be meant.</exception>
    public ServiceTime Build() => this switch
    {
        { Samples: { Count: > 0 } samples, Mean: null, Cv: null, Of: null } when samples.All(IsTime) => ServiceTime.OneOf([.. samples.Select(Seconds)]),
        { Samples: null, Mean: { } mean, Cv: null, Of: "exponential" } when IsTime(mean) => ServiceTime.Exponential(Seconds(mean)),
        { Samples: null, Mean: { } mean, Cv: { } variation, Of: null } when IsTime(mean) && variation is >= 0 and <= 10 => ServiceTime.LogNormal(Seconds(mean), variation),
        _ => throw new JsonException("a time is a number of milliseconds, {\"mean\": 10, \"cv\": 0.3}, {\"mean\": 10, \"of\": \"exponential\"} or {\"samples\": [8, 12]}."),
    };

    public static bool IsTime(double milliseconds) => milliseconds is >= 0 and <= 1e9;

    public static double Seconds(double milliseconds) => milliseconds / 1000;
}

/// <summary>Milliseconds in the file, seconds in the simulation.</summary>
internal sealed class ServiceTimeConverter : JsonConverter<ServiceTime>
{
    public override ServiceTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.Number
        ? reader.GetDouble() is var milliseconds && ServiceTimeText.IsTime(milliseconds)
            ? ServiceTime.Fixed(ServiceTimeText.Seconds(milliseconds))
            : throw new JsonException("a time is from 0 to 1e9 milliseconds.")
        : JsonSerializer.Deserialize<ServiceTimeText>(ref reader, PlanJson.Options)!.Build();

    public override void Write(Utf8JsonWriter writer, ServiceTime value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            JsonSerializer.Serialize(writer, text, PlanJson.Options);
        }
        else
        {
            writer.WriteNumberValue(Math.Round(value.Mean * 1000, 5));
        }
    }
}
