using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>
/// The restricted profile of the Pod Security Standards, on every pod and enforced on every namespace of ours. Stricter than it in one
/// point:
/// the user is a number written down, because an image whose user is a name does not start under runAsNonRoot.
/// </summary>
internal sealed class PodSecurityCheck : IManifestCheck
{
    private const string EnforceLabel = "pod-security.kubernetes.io/enforce";

    private static readonly string[] AllowedVolumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] AllowedSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
    ];

    private static readonly string?[] AllowedSelinuxTypes = [null, "", "container_t", "container_init_t", "container_kvm_t",
        "container_engine_t"];

    public string Name => "pod-security";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        foreach (var space in manifests.Cluster.Namespaces)
        {
            if (space.Labels.GetValueOrDefault(EnforceLabel) != "restricted" && !Exemption.IsGiven(space.Annotations, Name))
            {
                yield return new Finding(space.ToString(),
                    $"{EnforceLabel} is not restricted, and no {Exemption.Annotation(Name)} says why");
            }
        }

        foreach (var pod in manifests.Cluster.Workloads.Where(pod => !pod.IsExempt(Name) && !IsSafeByOperator(pod)))
        {
            foreach (var problem in OfPod(pod).Concat(pod.Containers.SelectMany(container => OfContainer(pod, container))))
            {
                yield return new Finding(pod.ToString(), problem);
            }
        }
    }

    // CloudNativePG sets all of it itself and takes no other.
    private static bool IsSafeByOperator(Workload pod) => pod.Owner.Group == "postgresql.cnpg.io";

    private static IEnumerable<string> OfPod(Workload pod)
    {
        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(field => pod.PodSpec.Bool(field) == true))
        {
            yield return $"{field} is true";
        }

        foreach (var volume in pod.PodSpec.Items("volumes")
            .Where(volume => !volume.Entries().Any(entry => AllowedVolumes.Contains(entry.Key))))
        {
            yield return $"the volume {volume.Text("name")} is of a kind that is not allowed";
        }

        foreach (var sysctl in pod.PodSpec.Items("securityContext", "sysctls").Select(sysctl => sysctl.Text("name"))
            .Where(name => !AllowedSysctls.Contains(name)))
        {
            yield return $"the sysctl {sysctl} is not allowed";
        }
    }

    private static IEnumerable<string> OfContainer(Workload pod, Container container)
    {
        var settings = new SecurityContext(pod, container);
        var at = $"container {container.Name}";

        if (settings.Effective("runAsNonRoot").Text() != "true")
        {
            yield return $"{at}: runAsNonRoot is not true";
        }

        if (settings.Effective("runAsUser").Int() is var user && user is null or 0)
        {
            yield return user is null ? $"{at}: runAsUser is not set" : $"{at}: runAsUser is 0";
        }

        if (settings.Own("allowPrivilegeEscalation").Bool() != false)
        {
            yield return $"{at}: allowPrivilegeEscalation is not false";
        }

        if (settings.Own("privileged").Bool() == true)
        {
            yield return $"{at}: privileged is true";
        }

        if (!settings.Own("capabilities", "drop").Texts().Contains("ALL"))
        {
            yield return $"{at}: capabilities.drop lacks ALL";
        }

        foreach (var capability in settings.Own("capabilities", "add").Texts().Where(capability => capability != "NET_BIND_SERVICE"))
        {
            yield return $"{at}: capabilities.add has {capability}";
        }

        if (settings.Effective("seccompProfile", "type").Text() is not ("RuntimeDefault" or "Localhost"))
        {
            yield return $"{at}: seccompProfile is not RuntimeDefault";
        }

        foreach (var problem in Rarely(settings, container))
        {
            yield return $"{at}: {problem}";
        }
    }

    private static IEnumerable<string> Rarely(SecurityContext settings, Container container)
    {
        if (settings.Effective("appArmorProfile", "type").Text() == "Unconfined")
        {
            yield return "appArmorProfile is Unconfined";
        }

        if (settings.Own("procMount").Text() is not (null or "Default"))
        {
            yield return "procMount is not Default";
        }

        if (!AllowedSelinuxTypes.Contains(settings.Effective("seLinuxOptions", "type").Text())
            || settings.Effective("seLinuxOptions", "user") is not null || settings.Effective("seLinuxOptions", "role") is not null)
        {
            yield return "seLinuxOptions are not allowed";
        }

        if (settings.Effective("windowsOptions", "hostProcess").Bool() == true)
        {
            yield return "hostProcess is true";
        }

        foreach (var port in container.Node.Items("ports").Where(port => port.Int("hostPort") is > 0))
        {
            yield return $"hostPort {port.Int("hostPort")} is set";
        }
    }
}
