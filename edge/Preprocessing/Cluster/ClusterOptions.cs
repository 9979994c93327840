using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>The section <c>Cluster</c> of the settings: where the ensemble is asked and where its traces are seen.</summary>
internal sealed class ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>The cluster's door (the gateway), http or https.</summary>
    [Required]
    public string Url { get; init; } = "";

    /// <summary>The key that opens it; empty where it is open.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>The model to ask.</summary>
    [Required]
    public string Model { get; init; } = "ensemble";

    /// <summary>Where a trace is seen; <c>{traceId}</c> stands for its id.</summary>
    public string TraceUrl { get; init; } = "";

    /// <summary>How long a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often an edge asks whether the cluster is there while it is; within a second or two where a request waits meanwhile and none is answered. Where edges are many, what they
    /// ask adds up.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"{Section}:Url must be an http(s) address, not '{Url}'.";
        }
    }

    /// <summary><see cref="Url"/> with the closing slash that keeps its path when a relative address is added.</summary>
    public Uri BaseAddress() => new(Url.EndsWith('/') ? Url : Url + "/");
}
