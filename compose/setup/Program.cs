using System.Runtime.Versioning;
using InferenceTracing.Setup;

// It runs in a container only.
[assembly: SupportedOSPlatform("linux")]

try
{
    switch (args)
    {
        case ["edge"]:
            EdgeSettings.Read(Environment.GetEnvironmentVariable).Check(TimeProvider.System.GetUtcNow());
            break;
        case ["laptop"]:
            QueueSize.Check(Environment.GetEnvironmentVariable(QueueSize.Variable) ?? "", QueueSize.LeastInCluster);
            var withoutCollector = Environment.GetEnvironmentVariable("EDGE_WITHOUT_COLLECTOR") == "true";
            new LaptopSecrets("/secrets", TimeProvider.System.GetUtcNow(), withoutCollector).Write();
            Console.WriteLine("setup: the laptop's secrets are there");
            break;
        case ["show"]:
            Console.WriteLine(LaptopSecrets.Describe("/secrets"));
            break;
        default:
            throw new SetupException("say what to set up: edge, laptop or show.");
    }

    return 0;
}
catch (SetupException wrong)
{
    await Console.Error.WriteLineAsync($"setup: {wrong.Message}");
    return 2;
}
