using System.Collections;
using InferenceTracing.Ensemble.Voting;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble.Members;

/// <summary>One model of the vote, behind its model server.</summary>
internal sealed class Member(string name, MemberOptions member, HttpClient client, EnsembleOptions settings, TimeProvider clock)
{
    /// <summary>The reason of a ballot without a vote: it was not asked, or not waited for any longer.</summary>
    public const string Out = "member_out", Late = "member_late";

    private readonly OpenInferenceClient _server = new(client);
    private readonly MemberBreaker _breaker = new(settings);
    private readonly UsualTime _usual = new(settings.Patience);

    public string Name { get; } = name;

    public Uri Url { get; } = client.BaseAddress!;

    public double Weight { get; } = member.Weight;

    /// <summary>How long it is worth waiting for, from the question on.</summary>
    public TimeSpan Worth => _usual.Worth;

    /// <summary>It has not answered lately, and is not asked.</summary>
    public bool IsOut => _breaker.IsOpen;

    /// <summary>Asks for its vote. A member that fails is a ballot without a vote, not an exception; only the caller's own giving up is one.</summary>
    /// <param name="images">What is asked about.</param>
    /// <param name="classes">What the vote is about: one about other classes is none.</param>
    /// <param name="deadline">The caller's.</param>
    /// <param name="late">Cancelled with <paramref name="cancellationToken"/>, and when the others have voted and it is not waited for any longer.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<Ballot> AskAsync(
        PixelTensor images, ClassLabels classes, Deadline deadline, CancellationToken late, CancellationToken cancellationToken)
    {
        if (_breaker.IsOpen)
        {
            return Without(new InferenceException(503, Out, $"{Name} has not answered lately and is asked again shortly."), TimeSpan.Zero);
        }

        var start = clock.GetTimestamp();

        try
        {
            var answer = await _server.InferAsync(Name, images, deadline.Earlier(settings.Reserve), late).ConfigureAwait(false);
            var took = clock.GetElapsedTime(start);
            _usual.Took(took);
            return IsAbout(classes, answer.Prediction)
                ? new Ballot(this, answer.Prediction, answer.ModelVersion, null, took)
                : Without(new InferenceException(503, "other_classes", $"{Name} votes about other classes than the ensemble, which is not counted."), took);
        }
        catch (InferenceException failure)
        {
            return Without(failure, clock.GetElapsedTime(start));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var waited = clock.GetElapsedTime(start);
            _usual.Missed();
            return Without(
                new InferenceException(504, Late, FormattableString.Invariant($"{Name} was not waited for longer than {waited.TotalMilliseconds:0} ms; the others had voted.")), waited);
        }
    }

    /// <summary>Notes what came of a question that was answered or given up; of one whose caller left there is nothing to note.</summary>
    public void Judge(Ballot ballot, bool othersVoted) => _breaker.Judge(ballot, othersVoted);

    /// <summary>It has answered a question of the ensemble's own: from now on it is asked.</summary>
    public void Readmit() => _breaker.Answered();

    /// <summary>Each answer says what its classes are, so that none of another version's is mixed in while a member is being replaced; a server not of ours does not say.</summary>
    private static bool IsAbout(ClassLabels classes, Prediction vote) =>
        vote.Parameters.GetValueOrDefault(ClassLabels.Parameter) is not string labels || labels == classes.Sha256;

    private Ballot Without(InferenceException failure, TimeSpan took) => new(this, null, null, failure, took);
}

/// <summary>The members in the order of their names, and how they stand.</summary>
internal sealed class MemberList : IReadOnlyList<Member>
{
    private readonly Member[] _members;

    public MemberList(IOptions<EnsembleOptions> options, TimeProvider clock)
    {
        var settings = options.Value;

        _members = [.. settings.Members.Where(member => member.Value.Enabled).Select(member => new Member(
            member.Key, member.Value, Connect(Address(member.Value.Url), settings.ConnectTimeout), settings, clock))];
        States = new MemberStates(_members);
    }

    public int Count => _members.Length;

    public MemberStates States { get; }

    public Member this[int index] => _members[index];

    public IEnumerator<Member> GetEnumerator() => ((IEnumerable<Member>)_members).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _members.GetEnumerator();

    /// <summary>With a closing slash, without which the last part of a path is lost when another is put below it.</summary>
    private static Uri Address(string url) => new(url.EndsWith('/') ? url : url + "/");

    private static HttpClient Connect(Uri address, TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ConnectTimeout = connectTimeout,
        // New connections now and then, so that a member that moved is found.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,
        AllowAutoRedirect = false,
    })
    {
        BaseAddress = address,
        // Each request has its own deadline.
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
