using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Tests.Cluster;

public sealed class ClusterCircuitTests
{
    private readonly ClusterCircuit _circuit = new(
        Options.Create(new ClusterOptions { Url = "http://127.0.0.1:8080" }),
        new ExportGate(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)),
        NullLogger<ClusterCircuit>.Instance);

    [Fact]
    public void TryEnter_NothingKnownYet_IsOneTrialOfThoseThatCanDoWithout()
    {
        Assert.True(_circuit.TryEnter(mayGoWithout: true, out var trial));
        Assert.False(_circuit.TryEnter(mayGoWithout: true, out _));
        Assert.True(_circuit.TryEnter(mayGoWithout: false, out _));

        trial.Dispose();

        Assert.True(_circuit.TryEnter(mayGoWithout: true, out _));
    }

    [Fact]
    public void TryEnter_Closed_IsAsManyAsCome()
    {
        _circuit.Close();

        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(_circuit.TryEnter(mayGoWithout: true, out var _)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryEnter_Open_IsNobody(bool mayGoWithout)
    {
        _circuit.Close();
        _circuit.Open();

        Assert.False(_circuit.TryEnter(mayGoWithout, out _));
        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    /// <summary>A trial from before the last outage says nothing of the way as it is now.</summary>
    [Fact]
    public void TryEnter_HalfOpenAgain_IsAnotherTrial()
    {
        Assert.True(_circuit.TryEnter(mayGoWithout: true, out _));
        _circuit.Open();
        _circuit.HalfOpen();

        Assert.True(_circuit.TryEnter(mayGoWithout: true, out _));
        Assert.False(_circuit.TryEnter(mayGoWithout: true, out _));
    }
}
