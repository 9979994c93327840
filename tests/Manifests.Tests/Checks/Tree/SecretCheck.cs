using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Tree;

/// <summary>Nothing secret is in git: no Secret with values, no key or certificate, no password written into an environment.</summary>
internal sealed partial class SecretCheck : IManifestCheck
{
    private static readonly string[] KeyFiles = [".pem", ".key", ".crt", ".cer", ".p12", ".pfx", ".jks", ".htpasswd", ".kubeconfig"];

    public string Name => "secrets";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        Secrets(manifests).Concat(Variables(manifests)).Concat(Files(manifests.Tree));

    private static IEnumerable<Finding> Secrets(RenderedManifests manifests) =>
        from secret in manifests.OfKind("Secret")
        where secret.Root.Entries("data").Concat(secret.Root.Entries("stringData")).Any()
        select new Finding(secret.ToString(), "has values");

    private static IEnumerable<Finding> Variables(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        from container in pod.Containers
        from variable in container.Node.Items("env")
        let name = variable.Text("name") ?? ""
        let value = variable.Text("value") ?? ""
        where SecretNamePattern().IsMatch(name) && value.Length > 0 && !value.StartsWith('/')
            && !value.Contains("$(", StringComparison.Ordinal)
        select new Finding(pod.ToString(), $"container {container.Name}: {name} is written out");

    private static IEnumerable<Finding> Files(ManifestTree tree)
    {
        foreach (var file in tree.Files)
        {
            var name = tree.Relative(file);
            if (KeyFiles.Contains(Path.GetExtension(file)) || Path.GetFileName(file) == "htpasswd")
            {
                yield return new Finding(name, "is the kind of file that keys come in");
            }
            else if (PemPattern().IsMatch(File.ReadAllText(file)))
            {
                yield return new Finding(name, "holds a key or a certificate");
            }
            else if (Path.GetFileName(file) == "kustomization.yaml" && LiteralPattern().IsMatch(File.ReadAllText(file)))
            {
                yield return new Finding(name, "generates a Secret from values in git");
            }
        }
    }

    [GeneratedRegex("-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)-----")]
    private static partial Regex PemPattern();

    [GeneratedRegex(@"^secretGenerator:", RegexOptions.Multiline)]
    private static partial Regex LiteralPattern();

    // …_FILE and …_PATH name a place, and …_KEY_… of a field is no key.
    [GeneratedRegex("(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ApiKeys__.*__Key|CREDENTIALS?)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretNamePattern();
}
