using System.Collections;
using InferenceTracing.OpenInference;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble.Members;

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

/// <summary>
/// How each member stands at the moment: ready, and what it says of itself, or why not; and so which classes the vote is about. Either may change while the ensemble
/// runs, when a member is replaced by another version of it.
/// </summary>
internal sealed class MemberStates
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<Member> _members;
    private readonly string?[] _notReady;
    private readonly ModelMetadata?[] _descriptions;
    private volatile ClassLabels _labels = ClassLabels.None;

    public MemberStates(IReadOnlyList<Member> members)
    {
        _members = members;
        _notReady = [.. members.Select(_ => "not asked yet")];
        _descriptions = new ModelMetadata?[members.Count];
    }

    /// <summary>
    /// What the classes are called: as the heavier part of the members that are ready says, of equals the first. One that does not say is taken at the others' word.
    /// </summary>
    public ClassLabels Labels => _labels;

    /// <summary>True when a member whose votes count has random numbers for weights.</summary>
    public bool Untrained
    {
        get
        {
            lock (_gate)
            {
                return Enumerable.Range(0, _members.Count).Any(index => NotCounted(index) is null && _descriptions[index]!.Untrained);
            }
        }
    }

    /// <summary>Members whose votes count.</summary>
    public int ReadyCount
    {
        get
        {
            lock (_gate)
            {
                return Enumerable.Range(0, _members.Count).Count(index => NotCounted(index) is null);
            }
        }
    }

    /// <summary>Why a member's votes do not count; null when they do.</summary>
    public string? NotReady(int index)
    {
        lock (_gate)
        {
            return NotCounted(index);
        }
    }

    /// <summary>Notes that a member is ready, and what it is, or why it is not.</summary>
    public void Note(int index, string? notReady, ModelMetadata? description)
    {
        lock (_gate)
        {
            (_notReady[index], _descriptions[index]) = (notReady, description);

            if (Majority() is { } labels)
            {
                _labels = labels;
            }
        }
    }

    private ClassLabels? Majority() => _members
        .Zip(_descriptions, (member, description) => (member.Weight, Labels: description?.Labels ?? ClassLabels.None))
        .Where(member => member.Labels.Count > 0)
        .GroupBy(member => member.Labels.Sha256)
        .MaxBy(same => same.Sum(member => member.Weight))?.First().Labels;

    private string? NotCounted(int index) =>
        _notReady[index] ?? (_descriptions[index]?.Labels is { Count: > 0 } own && own.DifferenceFrom(_labels) is { } difference
            ? $"its votes are not counted, since it has other classes than the ensemble: {difference}"
            : null);
}
