using InferenceTracing.Preprocessing;
using InferenceTracing.ServiceDefaults;

return await Service.RunAsync(
    args,
    new ServiceIdentity("preprocessing", Port: 5010, Environment: "edge"),
    builder => builder.AddPreprocessing(),
    app => app.MapPreprocessing());
