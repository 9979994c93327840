using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace InferenceTracing.Drills.Herds;

/// <summary>The edge's own model, which all devices vote with: each of them would have it in its own memory, of which this machine has one.</summary>
internal sealed class HerdVote : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly ServiceProvider _parts;

    private HerdVote(ServiceProvider parts) => _parts = parts;

    public EdgeVoter Voter => _parts.GetRequiredService<EdgeVoter>();

    /// <summary>As many votes at once as cores.</summary>
    public DecodePlaces Places => _parts.GetRequiredService<DecodePlaces>();

    /// <summary>Returns when it can vote.</summary>
    public static async Task<HerdVote> LoadAsync(Precision precision, string folder, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Edge:Mode", "fallback"), new("Edge:Model", Outages.OutageSystem.EdgeModel), new("Edge:Precision", $"{precision}"), new("Edge:Folder", folder),
        ]).Build());
        services.AddLogging();
        services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section);
        services.AddValidatedOptions<PreprocessingOptions>(PreprocessingOptions.Section);
        services.AddSingleton(new ModelStore(ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY")), mayDownload: false));
        services.AddSingleton<IHostApplicationLifetime, ApplicationLifetime>();
        services.AddSingleton<EdgeVoter>();
        services.AddSingleton<MemoryBudget>();
        services.AddSingleton<DecodePlaces>();
        var vote = new HerdVote(services.BuildServiceProvider());

        try
        {
            await vote.Voter.StartAsync(cancellationToken);

            while (vote.Voter.Served is null)
            {
                if (vote.Voter.ExecuteTask is { IsCompleted: true })
                {
                    throw new DrillException($"{Outages.OutageSystem.EdgeModel} cannot be loaded for the devices.");
                }

                await Task.Delay(Poll, cancellationToken);
            }

            return vote;
        }
        catch
        {
            await vote.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();
}
