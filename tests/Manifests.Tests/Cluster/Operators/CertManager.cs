using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>cert-manager: a Certificate becomes a Secret.</summary>
internal static class CertManager
{
    public static Expansion Expand(Manifest certificate)
    {
        List<string> keys = ["tls.crt", "tls.key", "ca.crt"];
        keys.AddRange(certificate.Spec.Items("additionalOutputFormats")
            .Select(format => format.Text("type") == "DER" ? "key.der" : "tls-combined.pem"));
        keys.AddRange(certificate.Spec.At("keystores", "pkcs12") is null ? [] : ["keystore.p12", "truststore.p12"]);
        keys.AddRange(certificate.Spec.At("keystores", "jks") is null ? [] : ["keystore.jks", "truststore.jks"]);
        return new Expansion { Keyed = [new("Secret", certificate.Namespace, certificate.Spec.Text("secretName") ?? "", keys)] };
    }
}
