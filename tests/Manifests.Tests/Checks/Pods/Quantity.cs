using System.Globalization;
using System.Text.RegularExpressions;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>An amount such as <c>250m</c> or <c>1.5Gi</c> as a number.</summary>
internal static partial class Quantity
{
    private static readonly Dictionary<string, decimal> Units = new()
    {
        [""] = 1, ["m"] = 0.001m, ["k"] = 1e3m, ["M"] = 1e6m, ["G"] = 1e9m, ["T"] = 1e12m,
        ["Ki"] = 1024m, ["Mi"] = 1048576m, ["Gi"] = 1073741824m, ["Ti"] = 1099511627776m,
    };

    public static decimal? Parse(string? text)
    {
        var match = Pattern().Match(text ?? "");
        return match.Success && Units.TryGetValue(match.Groups[2].Value, out var unit)
            ? decimal.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit
            : null;
    }

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)([a-zA-Z]*)$")]
    private static partial Regex Pattern();
}
