using InferenceTracing.Ensemble.Members;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Settings;

namespace InferenceTracing.Ensemble;

/// <summary>The ensemble's parts.</summary>
internal static class EnsembleRegistration
{
    public static void AddEnsemble(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<EnsembleOptions>(EnsembleOptions.Section, options => options.Problems());
        builder.Services.AddSingleton<MemberList>();
        builder.Services.AddSingleton<IInferenceModel, EnsembleModel>();
        builder.Services.AddHostedService<MemberWatch>();
        builder.Services.AddHealthChecks().AddCheck<QuorumCheck>("quorum");
    }
}
