namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>A way to make load.</summary>
internal interface IEngine
{
    /// <summary>Makes the scenario's load and returns when its last request has ended.</summary>
    /// <param name="stop">No request begins after this; those under way end.</param>
    /// <param name="abandon">Those under way are cut off.</param>
    Task RunAsync(CancellationToken stop, CancellationToken abandon);
}
