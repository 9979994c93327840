using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.TraceCheck;

[assembly: AssemblyFixture(typeof(InferenceTracing.EndToEnd.Tests.RunningSystem))]

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>All services as processes on free ports, started once for all tests that leave them as they are.</summary>
public class RunningSystem : IAsyncLifetime
{
    private readonly string _logs = Directory.CreateTempSubdirectory("inference-tracing-logs").FullName;
    private ServiceFleet? _fleet;
    private ServicePlan? _plan;

    /// <summary>The edge.</summary>
    public HttpClient Edge { get; private set; } = new();

    /// <summary>The trace store's query API.</summary>
    public HttpClient Store { get; private set; } = new();

    /// <summary>The members' names: which networks vote depends on which models lie here.</summary>
    public IReadOnlyList<string> Members => Plan.Members;

    /// <summary>What the trace of an answered photograph must hold.</summary>
    public RequestTrace Shape => RequestTrace.Of(Members);

    /// <summary>Reads traces back.</summary>
    internal JaegerClient Traces => new(Store, TimeProvider.System);

    internal ServicePlan Plan => _plan ?? throw new InvalidOperationException("The system is not started.");

    internal ServiceFleet Fleet => _fleet ?? throw new InvalidOperationException("The system is not started.");

    /// <summary>Where its logs are, and what else it leaves behind.</summary>
    private protected string Folder => _logs;

    /// <summary>What is different in it.</summary>
    private protected virtual void Settle(ServicePlan plan)
    {
    }

    /// <summary>Who votes.</summary>
    private protected virtual ModelChoice ChooseModels() => ModelChoice.Find();

    public async ValueTask InitializeAsync()
    {
        var models = ChooseModels();
        await models.OpenAsync(CancellationToken.None);

        _plan = ServicePlan.Create(Checkout.Find(), models, PortChoice.AllFree(), _logs);

        // A machine that tests may stand still for a second; a vote that is missing has tests of its own.
        _plan["ensemble"].Settings["Ensemble__Patience"] = "00:00:05";
        // A machine that is busy answers late, and not wrongly.
        _plan["preprocessing"].Settings["Preprocessing__Timeout"] = "00:00:30";

        // How many images a model gains from is this machine's affair; that requests share runs must not be.
        _plan[_plan.Members[0]].Settings["Batching__Fit"] = "false";

        foreach (var service in _plan.Services)
        {
            // Nearly every test waits for a trace.
            service.Settings["OTEL_BSP_SCHEDULE_DELAY"] = "100";
        }

        Settle(_plan);
        _fleet = new ServiceFleet(_plan);
        await _fleet.StartAsync(CancellationToken.None);
        Edge = new HttpClient { BaseAddress = _plan.Edge };
        Store = new HttpClient { BaseAddress = _plan.Traces };
    }

    public async ValueTask DisposeAsync()
    {
        Edge.Dispose();
        Store.Dispose();

        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        Directory.Delete(_logs, recursive: true);
        GC.SuppressFinalize(this);
    }
}
