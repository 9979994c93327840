using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.Terminal;

namespace InferenceTracing.Drills;

/// <summary>The containers and networks of a running compose project, by the names of its services.</summary>
internal sealed class ComposeProject(string name)
{
    public Task DisconnectAsync(string service, string network, CancellationToken cancellationToken) =>
        DockerAsync(cancellationToken, "network", "disconnect", $"{name}_{network}", Container(service));

    /// <summary>Connects it under its service's name; one that is connected already stays so.</summary>
    public async Task ConnectAsync(string service, string network, CancellationToken cancellationToken)
    {
        var networks = await InspectAsync(service, "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}", cancellationToken).ConfigureAwait(false);

        if (!networks.Split(' ').Contains($"{name}_{network}"))
        {
            await DockerAsync(cancellationToken, "network", "connect", "--alias", service, $"{name}_{network}", Container(service)).ConfigureAwait(false);
        }
    }

    /// <summary>Kill -9.</summary>
    public Task KillAsync(string service, CancellationToken cancellationToken) => DockerAsync(cancellationToken, "kill", Container(service));

    public Task StartAsync(string service, CancellationToken cancellationToken) => DockerAsync(cancellationToken, "start", Container(service));

    public Task<string> InspectAsync(string service, string format, CancellationToken cancellationToken) =>
        DockerAsync(cancellationToken, "inspect", "--format", format, Container(service));

    /// <summary>The login of the trace UI, with the password that the setup service made.</summary>
    public async Task<AuthenticationHeaderValue> ViewerLoginAsync(CancellationToken cancellationToken)
    {
        var image = await InspectAsync("setup", "{{.Config.Image}}", cancellationToken).ConfigureAwait(false);
        var said = await DockerAsync(
            cancellationToken, "run", "--rm", "--network", "none", "--read-only", "-v", $"{name}_gateway-secrets:/secrets/gateway:ro", image, "show").ConfigureAwait(false);
        var login = $"viewer:{said[(said.LastIndexOf(' ') + 1)..]}";
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
    }

    private static async Task<string> DockerAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var run = await ProgramRun.OfAsync("docker", arguments, cancellationToken: cancellationToken).ConfigureAwait(false);
        return run.ExitCode == 0 ? run.Output : throw new DrillException($"docker {string.Join(' ', arguments)}: {run.Errors}");
    }

    private string Container(string service) => $"{name}-{service}-1";
}

/// <summary>The drill cannot go on; the message is the one line that says why.</summary>
internal sealed class DrillException(string message) : CommandException(message);
