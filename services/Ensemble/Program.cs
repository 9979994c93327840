using InferenceTracing.Ensemble;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;

return await Service.RunAsync(
    args,
    new ServiceIdentity("ensemble", Port: 5011, Environment: "cluster"),
    builder => builder.AddEnsemble(),
    app => app.MapOpenInference());
