using System.Diagnostics;
using InferenceTracing.Ensemble.Voting;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.Ensemble.Members;

/// <summary>One model of the vote, behind its model server.</summary>
internal sealed class Member(string name, Uri url, double weight, HttpClient client, TimeSpan reserve)
{
    private readonly OpenInferenceClient _server = new(client);

    public string Name { get; } = name;

    public Uri Url { get; } = url;

    public double Weight { get; } = weight;

    /// <summary>Asks for its vote. A member that fails is a ballot without a vote, not an exception; only the caller's own giving up is one.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<Ballot> AskAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();

        try
        {
            var answer = await _server.InferAsync(Name, images, deadline.Earlier(reserve), cancellationToken).ConfigureAwait(false);
            return new Ballot(this, answer.Prediction, answer.ModelVersion, null, Stopwatch.GetElapsedTime(start));
        }
        catch (InferenceException failure)
        {
            return new Ballot(this, null, null, failure, Stopwatch.GetElapsedTime(start));
        }
    }
}
