using System.CommandLine;
using System.Globalization;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Terminal;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>The command line of <c>dotnet run --project edge/Preprocessing -- calibrate</c>.</summary>
internal static class CalibrateCommand
{
    /// <summary>The first word of the command line.</summary>
    public const string Name = "calibrate";

    private const double LeastAgreement = 0.5, MostAgreement = 0.9999;

    private const string Description =
        """
        Finds out how sure the edge's model must be for the cluster not to be asked, and writes it to calibration.json in Edge:Folder.

        Every photograph is shown to the edge's model and to the running ensemble. The photographs are to be like those that will be classified; 200 are few,
        1,000 are good. Where a labels.csv beside them says what they show (file,class) the accuracy is printed as well.

        Settings are the service's own: appsettings.json, the environment (Cluster__ApiKey), and --Section:Key=value. The cluster's key belongs into
        the environment or a file, not on the command line.

        Examples:
          calibrate --photos ../shared/labelled --model mobilenetv2 --precision int8
          calibrate --photos ~/pictures --agreement 0.995

        Exit codes: 0 written, 1 no threshold gives the wanted agreement and nothing is written, 2 refused.
        """;

    public static Command Create()
    {
        var photos = new Option<string>("--photos") { Description = $"Folder of photographs, at least {CalibrateRun.Fewest}", Required = true };
        var agreement = new Option<double>("--agreement") { Description = "The share of the edge's own answers that are to be the ensemble's as well", DefaultValueFactory = _ => 0.99 };
        var model = new Option<string?>("--model") { Description = $"The edge's model ({EdgeOptions.Section}:{nameof(EdgeOptions.Model)})" };
        var precision = new Option<string?>("--precision") { Description = $"float32 or int8 ({EdgeOptions.Section}:{nameof(EdgeOptions.Precision)})" };
        var cluster = new Option<string?>("--cluster") { Description = $"Where the ensemble is asked ({ClusterOptions.Section}:{nameof(ClusterOptions.Url)})" };
        var folder = new Option<string?>("--folder") { Description = $"Where the calibration is written to ({EdgeOptions.Section}:{nameof(EdgeOptions.Folder)})" };
        var calibrate = new Command(Name, Description) { photos, agreement, model, precision, cluster, folder };

        // What is no option of the command may be a setting of the service; the action tells them apart.
        calibrate.TreatUnmatchedTokensAsErrors = false;
        agreement.Validators.Add(result =>
        {
            // What is no number at all is the library's to refuse.
            if (result.Tokens is [var token] && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var share) && share is not (>= LeastAgreement and <= MostAgreement))
            {
                result.AddError(FormattableString.Invariant($"--agreement takes a share from {LeastAgreement} to {MostAgreement}."));
            }
        });

        calibrate.SetAction((parsed, cancellationToken) => CalibrateRun.RunAsync(
            new CalibrateOptions(
                parsed.GetValue(photos)!,
                parsed.GetValue(agreement),
                [
                    .. Settings(parsed.UnmatchedTokens),
                    .. Setting(EdgeOptions.Section, nameof(EdgeOptions.Model), parsed.GetValue(model)),
                    .. Setting(EdgeOptions.Section, nameof(EdgeOptions.Precision), parsed.GetValue(precision)),
                    .. Setting(ClusterOptions.Section, nameof(ClusterOptions.Url), parsed.GetValue(cluster)),
                    .. Setting(EdgeOptions.Section, nameof(EdgeOptions.Folder), parsed.GetValue(folder)),
                ]),
            cancellationToken));

        return calibrate;
    }

    private static IEnumerable<string> Settings(IEnumerable<string> tokens) => tokens.Select(token =>
        token.StartsWith("--", StringComparison.Ordinal) && token.IndexOf(':', StringComparison.Ordinal) is > 2 and var colon && token.IndexOf('=', colon) > colon + 1
            ? token
            : throw new CommandException($"{token} is neither an option nor a setting (--Section:Key=value). See --help."));

    private static IEnumerable<string> Setting(string section, string key, string? value) => value is null ? [] : [$"--{section}:{key}={value}"];
}

/// <summary>What the command line asks for.</summary>
/// <param name="Photos">The folder of the photographs.</param>
/// <param name="Agreement">The wanted agreement with the ensemble, 0 … 1.</param>
/// <param name="Settings">Settings that override the service's, as <c>--Section:Key=value</c>.</param>
internal sealed record CalibrateOptions(string Photos, double Agreement, IReadOnlyList<string> Settings);
