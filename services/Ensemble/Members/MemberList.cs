using System.Collections;
using InferenceTracing.OpenInference;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble.Members;

/// <summary>The members in the order of their names, and what is known of them.</summary>
internal sealed class MemberList : IReadOnlyList<Member>
{
    private readonly Member[] _members;
    private readonly string?[] _notReady;
    private volatile IReadOnlyList<string> _labels = [];
    private volatile bool _untrained;

    public MemberList(IOptions<EnsembleOptions> options, TimeProvider clock)
    {
        var settings = options.Value;

        _members = [.. settings.Members.Where(member => member.Value.Enabled).Select(member => new Member(
            member.Key, Address(member.Value.Url), member.Value.Weight, Connect(Address(member.Value.Url), settings.ConnectTimeout), settings.Reserve, clock))];
        _notReady = [.. _members.Select(_ => "not asked yet")];
    }

    public int Count => _members.Length;

    public int ReadyCount => _notReady.Count(reason => reason is null);

    /// <summary>The classes' labels, as the first member that was ready told them.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>True when a member's weights are random numbers.</summary>
    public bool Untrained => _untrained;

    public Member this[int index] => _members[index];

    /// <summary>Why a member is not ready; null when it is.</summary>
    public string? NotReady(int index) => Volatile.Read(ref _notReady[index]);

    /// <summary>Notes that a member is ready (null) or why it is not; true when that is news.</summary>
    public bool Note(int index, string? notReady) => (Interlocked.Exchange(ref _notReady[index], notReady) is null) != (notReady is null);

    /// <summary>Notes what a member says of itself.</summary>
    public void Note(ModelMetadata metadata)
    {
        if (_labels.Count == 0)
        {
            _labels = metadata.Labels;
        }

        // Written only when true: another member's watch notes what it learned at the same time.
        if (metadata.Untrained)
        {
            _untrained = true;
        }
    }

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
