using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

/// <summary>What theory knows of a queue, the simulation must find: the mean within the 99 % confidence interval of 30 independent runs, which itself must be narrow.</summary>
public sealed class QueueTheoryTests
{
    private const double ServiceSeconds = 0.01;
    private const int Runs = 30;

    // Half of the interval, as a share of what is expected.
    private const double Widest = 0.12;

    // Student's t for 29 degrees of freedom, 99 % on both sides.
    private const double Student = 2.756;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.8)]
    public void Wait_ExponentialServiceOneServer_IsThatOfMM1(double load) =>
        // W = ρ / (μ − λ)
        AssertMean(load * ServiceSeconds / (1 - load), seed => MeanWait(ServiceTime.Exponential(ServiceSeconds), servers: 1, load, seed));

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.9)]
    public void Wait_FixedServiceOneServer_IsThatOfMD1(double load) =>
        // Pollaczek and Khinchine: half of M/M/1's.
        AssertMean(load * ServiceSeconds / (1 - load) / 2, seed => MeanWait(ServiceTime.Fixed(ServiceSeconds), servers: 1, load, seed));

    [Theory]
    [InlineData(2, 0.7)]
    [InlineData(4, 0.8)]
    [InlineData(16, 0.8)]
    public void Wait_ExponentialServiceSeveralServers_IsErlangsC(int servers, double load) =>
        AssertMean(ErlangC(servers, load) * ServiceSeconds / (servers * (1 - load)), seed => MeanWait(ServiceTime.Exponential(ServiceSeconds), servers, load, seed));

    /// <summary>Pollaczek and Khinchine for any service time: W = λ·E[S²] / 2(1 − ρ).</summary>
    [Fact]
    public void Wait_LogNormalService_IsThatOfMG1()
    {
        const double Load = 0.7, Variation = 1.5;

        AssertMean(
            Load * ServiceSeconds * (1 + (Variation * Variation)) / 2 / (1 - Load),
            seed => MeanWait(ServiceTime.LogNormal(ServiceSeconds, Variation), servers: 1, Load, seed));
    }

    /// <summary>Shared by all at once, a core makes each stay as long as M/M/1 says, whatever the distribution: S / (1 − ρ).</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stay_SharedCore_IsThatOfProcessorSharing(bool fixedService)
    {
        const double Load = 0.7;
        var service = fixedService ? ServiceTime.Fixed(ServiceSeconds) : ServiceTime.Exponential(ServiceSeconds);

        AssertMean(ServiceSeconds / (1 - Load), seed => Stays(service, servers: 1000, cores: 1, Load / ServiceSeconds, int.MaxValue, seed).Stays.Average());
    }

    /// <summary>Erlang's B for c servers and no queue; of M/M/1/K the share that finds it full.</summary>
    [Fact]
    public void Refused_FullQueue_IsThatOfMM1K()
    {
        const double Load = 1.2;
        const int Places = 8;

        AssertMean(
            (1 - Load) * Math.Pow(Load, Places) / (1 - Math.Pow(Load, Places + 1)),
            seed =>
            {
                var (stays, refused) = Stays(ServiceTime.Exponential(ServiceSeconds), servers: 1, cores: 1, Load / ServiceSeconds, Places - 1, seed);
                return (double)refused / (stays.Count + refused);
            });
    }

    private static double MeanWait(ServiceTime service, int servers, double load, int seed) =>
        Stays(service, servers, servers, load * servers / ServiceSeconds, int.MaxValue, seed).Stays.Average() - service.Mean;

    private static (List<double> Stays, long Refused) Stays(ServiceTime service, int servers, double cores, double rate, int queue, int seed)
    {
        const int WarmUp = 3000, Measured = 30_000;
        var (events, random, stays, came) = (new EventQueue(), new Random(seed), new List<double>(), 0);
        var station = new Station(events, new Processor(events, cores), new StationShape(servers, queue), _ => service.Draw(random));
        var refused = 0L;
        Arrive();
        events.RunUntil(double.MaxValue / 2);
        return (stays, refused);

        void Arrive() => events.After(ServiceTime.Exponential(1 / rate).Draw(random), () =>
        {
            var (asked, counts) = (events.Now, ++came > WarmUp);
            station.Enter(new Visit(double.PositiveInfinity, IsLive: true, end =>
            {
                if (counts && end == VisitEnd.Served)
                {
                    stays.Add(events.Now - asked);
                }

                refused += counts && end == VisitEnd.Refused ? 1 : 0;
            }));

            if (came < WarmUp + Measured)
            {
                Arrive();
            }
        });
    }

    private static void AssertMean(double expected, Func<int, double> run)
    {
        var means = Enumerable.Range(1, Runs).Select(run).ToList();
        var mean = means.Average();
        var half = Student * Math.Sqrt(means.Sum(one => (one - mean) * (one - mean)) / (Runs - 1) / Runs);

        Assert.InRange(half, 0, Widest * expected);
        Assert.InRange(expected, mean - half, mean + half);
    }

    private static double ErlangC(int servers, double load)
    {
        var (offered, term, sum) = (servers * load, 1.0, 1.0);

        for (var busy = 1; busy < servers; busy++)
        {
            term *= offered / busy;
            sum += term;
        }

        var all = term * offered / servers / (1 - load);
        return all / (sum + all);
    }
}
