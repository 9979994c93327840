using InferenceTracing.Gateway;
using InferenceTracing.ServiceDefaults;

return await Service.RunAsync(
    args,
    new ServiceIdentity("gateway", Port: 8080, Environment: "cluster"),
    builder => builder.AddGateway(),
    app => app.MapGateway());
