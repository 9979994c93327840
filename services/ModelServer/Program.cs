using InferenceTracing.ModelServer;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults;

var builder = WebApplication.CreateBuilder(Service.Options(args));

builder.AddServiceDefaults(ModelIdentity.Of(builder.Configuration));
builder.AddOpenInference();
builder.AddModelServer();

var app = builder.Build();

app.UseServiceDefaults();
app.MapOpenInference();

return await app.RunServiceAsync();
