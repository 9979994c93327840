using InferenceTracing.Preprocessing;
using InferenceTracing.ServiceDefaults;

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(new ServiceIdentity("preprocessing", Port: 5010, Environment: "edge", Entry: true));
builder.AddPreprocessing();

var app = builder.Build();

app.UseServiceDefaults();
app.MapPreprocessing();

return await app.RunServiceAsync();
