namespace InferenceTracing.Containers.Tests.Running;

/// <summary>A wrong value stops the edge's one-shot check, in its container, with one sentence.</summary>
[Collection(ContainerSystemGroup.Name)]
public sealed class EdgeStartTests(ContainerSystem system)
{
    [Theory]
    [InlineData("CLUSTER_URL", "gateway.example:8443", "CLUSTER_URL must be")]
    [InlineData("CLUSTER_KEY", "short", "CLUSTER_KEY must be")]
    [InlineData("CLUSTER_CA", "/etc/hostname", "CLUSTER_CA must be")]
    [InlineData("QUEUE_SPANS", "100", "QUEUE_SPANS must be")]
    public async Task Edge_WrongSetting_StopsWithOneSentence(string name, string value, string sentence)
    {
        // The image of the check is built with the system's.
        await system.RequireAsync();
        var settings = Compose.ComposeFile.EdgeSettings;
        settings[name] = value;
        var project = $"edge-check-{Environment.ProcessId}";
        string[] compose = ["compose", "--env-file", "/dev/null", "--progress", "quiet", "-p", project, "-f", CheckoutFiles.At("compose", "edge.yaml")];

        try
        {
            var check = await Docker.RunAsync([.. compose, "run", "--rm", "--no-deps", "edge-setup"], settings, TestContext.Current.CancellationToken);

            Assert.Equal(2, check.ExitCode);
            Assert.StartsWith($"setup: {sentence}", check.Errors, StringComparison.Ordinal);
            Assert.Single(check.Errors.Split('\n'));
        }
        finally
        {
            await Docker.RunAsync([.. compose, "down", "--volumes"], settings, CancellationToken.None);
        }
    }
}
