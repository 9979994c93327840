using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Settings;
using InferenceTracing.Terminal;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Calibrating;

/// <summary>The settings the service would have, from the same places, checked in the same way: what is measured is to be what will be served.</summary>
internal sealed record CalibrateSettings(EdgeOptions Edge, ClusterOptions Cluster, ImageOptions Images, ModelSearchPath Repositories)
{
    /// <param name="overrides"><c>--Section:Key=value</c>, as the service takes them.</param>
    /// <exception cref="CommandException">A setting cannot be meant as it is; one line.</exception>
    public static async Task<CalibrateSettings> ReadAsync(IReadOnlyList<string> overrides)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(Service.Options([.. overrides]));
            builder.AddSecretsFolder();
            builder.Services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section, options => options.Problems());
            builder.Services.AddValidatedOptions<ClusterOptions>(ClusterOptions.Section, options => options.Problems());
            builder.Services.AddValidatedOptions<ImageOptions>(ImageOptions.Section);
            await using var parts = builder.Build();

            return new CalibrateSettings(
                Of<EdgeOptions>(parts), Of<ClusterOptions>(parts), Of<ImageOptions>(parts), ModelSearchPath.Default(builder.Configuration["MODEL_REPOSITORY"]));
        }
        catch (Exception failure) when (Service.Explain(failure) is { } line)
        {
            throw new CommandException(line);
        }
    }

    private static T Of<T>(WebApplication parts)
        where T : class => parts.Services.GetRequiredService<IOptions<T>>().Value;
}
