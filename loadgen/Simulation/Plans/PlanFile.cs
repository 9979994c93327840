using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Simulation.Plans;

/// <summary>Reads a plan, its unit costs with it, and refuses in one line what cannot be meant.</summary>
internal static class PlanFile
{
    /// <exception cref="UsageException">A file is missing, is no JSON, or says something that cannot be meant.</exception>
    public static SimulationPlan Read(string path)
    {
        var plan = Parse<SimulationPlan>(path);

        if (plan.Edges.Contains(null!) || plan.Outages.Contains(null!) || plan.Edges.Any(edges => edges.Bursts.Contains(null!)) || plan.Cluster.Members.Values.Contains(null!))
        {
            throw new UsageException($"{path}: a null in a list.");
        }

        if (plan.Costs is null == plan.Units is null)
        {
            throw new UsageException($"{path}: a plan has either costs, a file of them, or units.");
        }

        plan = plan with { Units = plan.Units ?? Parse<UnitCosts>(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, plan.Costs!)) };
        return Problems(plan).FirstOrDefault() is { } problem ? throw new UsageException($"{path}: {problem}") : plan;
    }

    /// <exception cref="UsageException">The file is missing, or is no such JSON.</exception>
    public static UnitCosts ReadCosts(string path) => Parse<UnitCosts>(path);

    /// <summary>What is wrong with it, a sentence each.</summary>
    public static IEnumerable<string> Problems(SimulationPlan plan) =>
        [.. plan.Edges.SelectMany(Problems), .. Of(plan), .. Pools(plan).SelectMany(pool => Problems(pool.Name, pool.Plan)), .. Outages(plan)];

    private static IEnumerable<string> Of(SimulationPlan plan)
    {
        if (plan.Duration <= TimeSpan.Zero || plan.WarmUp < TimeSpan.Zero || plan.WarmUp >= plan.Duration)
        {
            yield return "the duration must be longer than the warm-up, and than nothing.";
        }

        if (plan.Edges.Count == 0 || plan.Edges.DistinctBy(edges => edges.Name).Count() < plan.Edges.Count)
        {
            yield return "edges needs a class, each with a name of its own.";
        }

        if (plan.SharedCores is < 1 || (plan.SharedCores is not null && plan.Method == SimulationMethod.Rates))
        {
            yield return "sharedCores is at least 1, and goes with the method events alone.";
        }

        if (plan.Speed is not (> 0 and <= 1000) || (plan.Speed != 1 && plan.SharedCores is null))
        {
            yield return "speed is above 0 and at most 1000, and goes with sharedCores.";
        }

        if (plan.Units!.Members.Count == 0 || !plan.Units.Members.Keys.Order().SequenceEqual(plan.Cluster.Members.Keys.Order()))
        {
            yield return $"cluster.members must be those of the unit costs: {string.Join(", ", plan.Units.Members.Keys)}.";
        }

        if (plan.Cluster.Deadline <= TimeSpan.Zero || plan.Cluster.RetryAfter <= TimeSpan.Zero)
        {
            yield return "cluster.deadline and cluster.retryAfter must be longer than nothing.";
        }

        if (plan.Cluster.BackgroundAtOnce is < 0 or > 1_000_000)
        {
            yield return "cluster.backgroundAtOnce is from 0 to 1000000.";
        }
    }

    private static IEnumerable<string> Problems(EdgeClass edges)
    {
        var wrong =
            edges.Count is < 1 or > 10_000_000 ? "count is from 1 to 10000000"
            : edges.PerMinute is not (> 0 and <= 1e6) ? "perMinute is above 0, and at most 1000000"
            : edges.Hours is { } hours && (hours.Count != 24 || hours.Any(hour => hour is not (>= 0 and <= 1e6)) || hours.Sum() == 0) ? "hours are 24 numbers, not all of them 0"
            : edges.Bursts.Any(burst => burst.At < TimeSpan.Zero || burst.For <= TimeSpan.Zero || burst.Times is not (>= 0 and <= 1000)) ? "a burst has at, for and times, which is at most 1000"
            : edges.Kept is not (>= 0 and <= 1) || edges.Sampling is not (>= 0 and <= 1) ? "kept and sampling are shares, from 0 to 1"
            : edges.Cores < 1 || edges.InFlight < 1 || edges.Queue < 0 || edges.AuditEvery < 0 ? "cores and inFlight are at least 1, queue and auditEvery at least 0"
            : edges.Link.Megabits < 0 || edges.SpanQueue < 0 || edges.SpansPerSecond <= 0 ? "link.megabits and spanQueue are at least 0, spansPerSecond above it"
            : edges.Outbox.PerSecond < 0 || edges.Outbox.Parallel < 1 || edges.Outbox.Entries < 0 || edges.Outbox.ReturnWithin < TimeSpan.Zero ? "outbox: parallel is at least 1, the others at least 0"
            : null;
        return wrong is null ? [] : [$"edges {edges.Name}: {wrong}."];
    }

    private static IEnumerable<(string Name, PoolPlan Plan)> Pools(SimulationPlan plan) =>
    [
        ("gateway", plan.Cluster.Gateway), ("ensemble", plan.Cluster.Ensemble), .. plan.Cluster.Members.Select(member => (member.Key, member.Value)),
        ("collector", plan.Cluster.Collector), ("store", plan.Cluster.Store),
    ];

    private static IEnumerable<string> Problems(string name, PoolPlan pool)
    {
        var scaler = pool.Autoscaler;
        var wrong =
            pool.Replicas is < 1 or > 100_000 || pool.Slots < 1 || pool.MaxBatch < 1 || pool.Queue < 0 || pool.Cores <= 0 ? "replicas, slots and maxBatch are at least 1, cores above 0, queue at least 0"
            : scaler is not null && (scaler.Min < 1 || scaler.Max < scaler.Min || pool.Replicas < scaler.Min || pool.Replicas > scaler.Max) ? "the autoscaler's min is at least 1, and replicas lie between min and max"
            : scaler is not null && (scaler.Target is not (> 0 and <= 1) || scaler.Every <= TimeSpan.Zero || scaler.Delay < TimeSpan.Zero || scaler.DownAfter < TimeSpan.Zero) ? "the autoscaler's target is a share, and every is longer than nothing"
            : null;
        return wrong is null ? [] : [$"cluster {name}: {wrong}."];
    }

    private static IEnumerable<string> Outages(SimulationPlan plan) => plan.Outages
        .Where(outage => outage.At < TimeSpan.Zero || outage.For <= TimeSpan.Zero || (outage.Edges is { } name && plan.Edges.All(edges => edges.Name != name)))
        .Select(outage => $"an outage has at and for, and of edges one of {string.Join(", ", plan.Edges.Select(edges => edges.Name))} or nothing.");

    private static T Parse<T>(string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), PlanJson.Options) ?? throw new UsageException($"{path}: the file holds nothing.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--plan: {failure.Message}");
        }
        catch (JsonException failure)
        {
            throw new UsageException($"{path}: {failure.Message}");
        }
    }
}

/// <summary><c>90s</c>, <c>24h</c>.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return QuantityText.Duration(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("a duration is a text: 250ms, 30s, 24h."));
        }
        catch (UsageException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.TotalSeconds}s"));
}

/// <summary>How files are read: a misspelt field is an error, not a default, and so is one that is there twice. By reflection, which keeps the defaults of what is not said.</summary>
internal static class PlanJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new DurationConverter() },
    };
}
