using System.Globalization;
using System.Text.RegularExpressions;
using InferenceTracing.ModelRepository;
using InferenceTracing.Topology;

namespace InferenceTracing.Runner;

/// <summary>
/// What the compose file and the Kubernetes files say of the models, made of the list (<c>services/ModelRepository/models.json</c>): a folder for each under
/// <c>k8s/models</c>, and the lines between <c># &lt;models&gt;</c> and <c># &lt;/models&gt;</c>.
/// </summary>
internal static partial class ModelFiles
{
    /// <summary>How the files are written anew.</summary>
    public const string Command = "dotnet run --project compose/local -- models";

    private const string Laptop = "compose/laptop.yaml";

    private const string Base = "k8s/base/kustomization.yaml";

    private const string Ensemble = "k8s/base/ensemble.yaml";

    private const string Folder = "k8s/models";

    private const int LongestName = 63;

    private const string Kustomization = $"""
        # Written by `{Command}`.
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
          - name.yaml
        components:
          - ../../components/model

        """;

    /// <summary>Path below the checkout and content of every file, with these voters.</summary>
    /// <param name="voters">The models that vote.</param>
    /// <param name="read">The content of a file as it is.</param>
    /// <exception cref="LocalException">A name is none for a deployment, or a file has lost its marks.</exception>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyList<KnownModel> voters, Func<string, string> read)
    {
        if (voters.FirstOrDefault(model => model.Name.Length > LongestName || !DeploymentName().IsMatch(model.Name)) is { } wrong)
        {
            throw new LocalException($"{wrong.Name}: a model that votes needs a name of lower-case letters, digits and '-', as a deployment has.");
        }

        var files = new Dictionary<string, string>
        {
            [Laptop] = Between(Laptop, read(Laptop),
                [.. voters.SelectMany(model => (string[])[$"{Setting(model, "Url")}: {Url(model)}", $"{Setting(model, "Weight")}: \"{Weight(model)}\""])],
                [.. voters.Select(model => $"{model.Name}: {{ condition: service_healthy }}")],
                [.. string.Join("\n\n", voters.Select(Service)).Split('\n')]),
            [Base] = Between(Base, read(Base), [.. voters.Select(model => $"- ../models/{model.Name}")]),
            [Ensemble] = Between(Ensemble, read(Ensemble), [.. voters.SelectMany(model => Variable(model, "Url", Url(model)).Concat(Variable(model, "Weight", $"\"{Weight(model)}\"")))]),
        };

        foreach (var model in voters)
        {
            files[$"{Folder}/{model.Name}/kustomization.yaml"] = Kustomization;
            files[$"{Folder}/{model.Name}/name.yaml"] = NameOf(model);
        }

        return files;
    }

    /// <summary>Writes the files of the list's voters, takes away the folders of those that vote no more, and says what has changed.</summary>
    public static void Write(string root, TextWriter output)
    {
        foreach (var (path, content) in Of(KnownModel.Voters, path => File.ReadAllText(Path.Combine(root, path))))
        {
            var file = Path.Combine(root, path);

            if (!File.Exists(file) || File.ReadAllText(file) != content)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, content);
                output.WriteLine($"written: {path}");
            }
        }

        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(root, Folder)).Where(folder => !SystemParts.Members.Contains(Path.GetFileName(folder))))
        {
            Directory.Delete(folder, recursive: true);
            output.WriteLine($"deleted: {Path.GetRelativePath(root, folder)}");
        }

        output.WriteLine($"The files are as the list says: {string.Join(", ", SystemParts.Members)} vote.");
    }

    private static string NameOf(KnownModel model) => $"""
        # Written by `{Command}`. Its name is the model's; it goes to no cluster.
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {model.Name}
          namespace: inference
          annotations:
            config.kubernetes.io/local-config: "true"

        """;

    private static string Service(KnownModel model) => $$"""
        {{model.Name}}:
          <<: *model
          environment: { <<: *model-environment, Model__Name: {{model.Name}} }
        """;

    private static IEnumerable<string> Variable(KnownModel model, string setting, string value) => [$"- name: {Setting(model, setting)}", $"  value: {value}"];

    private static string Setting(KnownModel model, string name) => $"Ensemble__Members__{model.Name}__{name}";

    private static string Url(KnownModel model) => SystemParts.All.SelectMany(part => part.Listeners).Single(listener => listener.Name == SystemParts.Members[0])
        .InContainers!.Replace(SystemParts.Members[0], model.Name, StringComparison.Ordinal);

    private static string Weight(KnownModel model) => model.Weight.ToString(CultureInfo.InvariantCulture);

    /// <summary>The text with its marked places filled, one after the other; each keeps the indentation of its mark.</summary>
    private static string Between(string path, string text, params IReadOnlyList<string>[] blocks)
    {
        var places = Marked().Matches(text);

        if (places.Count != blocks.Length)
        {
            throw new LocalException($"{path} has {places.Count} places between '# <models>' and '# </models>', not {blocks.Length}.");
        }

        var next = 0;
        return Marked().Replace(text, place =>
        {
            var indent = place.Groups["indent"].Value;
            var lines = blocks[next++].Select(line => line.Length == 0 ? line : indent + line);
            return $"{place.Groups["begin"].Value}{string.Join("\n", lines)}\n{place.Groups["end"].Value}";
        });
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    private static partial Regex DeploymentName();

    [GeneratedRegex(@"(?<begin>^(?<indent> *)# <models>[^\n]*\n)(?s:.*?)(?<end>^ *# </models>$)", RegexOptions.Multiline)]
    private static partial Regex Marked();
}
