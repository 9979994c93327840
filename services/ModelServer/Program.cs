using InferenceTracing.ModelServer;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;

return await Service.RunAsync(
    args,
    ModelIdentity.Of(args),
    builder =>
    {
        builder.Services.AddOpenInference();
        builder.Services.AddModelServer(builder.Configuration);
    },
    app => app.MapOpenInference());
