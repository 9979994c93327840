using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.Ensemble;

/// <summary>The section <c>Ensemble</c> of the settings.</summary>
internal sealed class EnsembleOptions
{
    public const string Section = "Ensemble";

    /// <summary>The model's own name in v2 paths.</summary>
    [Required]
    public string Name { get; init; } = "ensemble";

    /// <summary>Who votes, by model name.</summary>
    public Dictionary<string, MemberOptions> Members { get; init; } = [];

    /// <summary>Votes needed for an answer; with fewer the request fails with 503.</summary>
    [Range(1, 64)]
    public int Quorum { get; init; } = 1;

    /// <summary>Kept back from the caller's budget, so that a member too slow costs its vote and not the whole answer.</summary>
    public TimeSpan Reserve { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The least that a member is waited for once the others have reached the quorum; its own usual times may make it more (<see cref="Members.UsualTime"/>).
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A member that leaves so many questions in a row unanswered is asked no more, until it has answered one of the ensemble's own.</summary>
    [Range(2, 1_000_000)]
    public int BreakAfter { get; init; } = 4;

    /// <summary>How long a connection to a member may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        var voters = Members.Where(member => member.Value.Enabled).ToList();

        if (voters.Count < Quorum)
        {
            yield return Members.Count == 0
                ? $"Say who votes: {Section}:Members:mobilenetv2:Url=http://… and so on for each member ({Section}__Members__… in the environment)."
                : $"{Section}:Quorum is {Quorum}, but {voters.Count} members are set.";
        }

        if (Reserve < TimeSpan.Zero)
        {
            yield return $"{Section}:Reserve must not be negative, but is {Reserve}.";
        }

        if (Patience <= TimeSpan.Zero)
        {
            yield return $"{Section}:Patience must be positive, not {Patience}.";
        }

        if (ConnectTimeout <= TimeSpan.Zero)
        {
            yield return $"{Section}:ConnectTimeout must be positive, not {ConnectTimeout}.";
        }

        foreach (var (name, member) in voters)
        {
            if (!Uri.TryCreate(member.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                yield return $"{Section}:Members:{name}:Url must be an http(s) address, not '{member.Url}'.";
            }

            if (!double.IsFinite(member.Weight) || member.Weight <= 0)
            {
                yield return $"{Section}:Members:{name}:Weight must be positive, not {member.Weight}.";
            }
        }
    }
}

/// <summary>A member's settings.</summary>
internal sealed class MemberOptions
{
    /// <summary>Base address of its model server.</summary>
    public string Url { get; init; } = "";

    /// <summary>Its share in the vote, relative to the others'.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>False takes a member of the default settings out of the vote.</summary>
    public bool Enabled { get; init; } = true;
}
