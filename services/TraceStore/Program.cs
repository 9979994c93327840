using InferenceTracing.ServiceDefaults;
using InferenceTracing.TraceStore;

var builder = WebApplication.CreateBuilder(Service.Options(args));

// It stores traces, so it must not make any.
builder.AddServiceDefaults(new ServiceIdentity("tracestore", Port: 16686, Environment: "cluster", Traced: false));
builder.AddTraceStore();

var app = builder.Build();

app.UseServiceDefaults();
app.MapTraceStore();

return await app.RunServiceAsync();
