using InferenceTracing.ServiceDefaults;
using InferenceTracing.TraceStore;

return await Service.RunAsync(
    args,
    // It stores traces, so it must not make any.
    new ServiceIdentity("tracestore", 16686, "cluster", Traced: false),
    builder => builder.AddTraceStore(),
    app => app.UseTraceStore());
